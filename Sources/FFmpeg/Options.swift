internal import CFFmpeg

/// An owned AVDictionary.
package struct Options: ~Copyable {
  package var dictionary: OpaquePointer?

  package init(_ entries: [(name: String, value: String)] = []) {
    for (name, value) in entries { av_dict_set(&dictionary, name, value, 0) }
  }

  deinit {
    var freed = dictionary
    av_dict_free(&freed)
  }

  /// The name of the first entry; after a call that takes what it knows, the first unknown one.
  package var first: String? {
    av_dict_get(dictionary, "", nil, AV_DICT_IGNORE_SUFFIX).map { String(cString: $0.pointee.key) }
  }
}
