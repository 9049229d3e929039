import Foundation

/// What tells one model's folder from another, wherever it lies.
enum ModelFingerprint {
  /// Files larger than this are sampled.
  private static let wholeUpTo = 1 << 20
  /// The samples of a large file, spread evenly over it.
  private static let (samples, sampleSize) = (256, 4096)

  /// Names, sizes and contents of all files; of large ones enough that other weights show.
  static func bytes(of folder: URL) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() {
      let url = folder.appending(path: path)
      guard try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory != true else { continue }
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      let size = Int(try handle.seekToEnd())
      bytes += Array("\(path) \(size)\n".utf8)
      for (start, count) in size <= wholeUpTo ? [(0, size)] : spread(over: size) {
        try handle.seek(toOffset: UInt64(start))
        bytes += try handle.read(upToCount: count) ?? Data()
      }
    }
    return bytes
  }

  private static func spread(over size: Int) -> [(start: Int, count: Int)] {
    (0..<samples).map { ($0 * (size - sampleSize) / (samples - 1), sampleSize) }
  }
}
