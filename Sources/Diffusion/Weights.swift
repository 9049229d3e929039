import Synchronization
package import Tensors

/// A model part's tensors, seen from one place in their tree of names.
///
/// `weights["down_blocks"][0]["resnets"]` looks at the names that begin with
/// `down_blocks.0.resnets.`. A layer takes what it needs by name and shape; ``finish()``
/// then makes sure that nothing is left.
package struct Weights: Sendable {
  private let store: WeightStore
  /// The names' beginning, with the dot behind it.
  private let path: String

  /// Everything that `files` hold.
  ///
  /// - Parameters:
  ///   - label: what the messages call the whole, such as the part's folder.
  ///   - prefix: is taken off the names that begin with it.
  ///   - ignoring: names (without `prefix`) that need not be taken: buffers that old files carry.
  package init(
    _ files: [SafetensorsFile], label: String, dropping prefix: String = "", ignoring: Set<String> = []
  ) throws(WeightError) {
    store = try WeightStore(files, label: label, dropping: prefix, ignoring: ignoring)
    path = ""
  }

  private init(_ store: WeightStore, _ path: String) {
    self.store = store
    self.path = path
  }

  package subscript(name: String) -> Weights { Weights(store, "\(path)\(name).") }

  package subscript(index: Int) -> Weights { self["\(index)"] }

  package func has(_ name: String) -> Bool { store.tensors[path + name] != nil }

  /// Takes the tensor `name`, which must be of `shape`.
  package func tensor(_ name: String, _ shape: [Int]) throws(WeightError) -> MappedTensor {
    try store.take(path + name, shapes: [shape])
  }

  /// Takes a matrix [outputs, inputs], which may lie in the file as a 1×1 convolution's weight [outputs, inputs, 1, 1].
  package func matrix(_ name: String, _ shape: [Int]) throws(WeightError) -> MappedTensor {
    try store.take(path + name, shapes: [shape, shape + [1, 1]])
  }

  /// Makes sure that every tensor of the part has been taken, whatever path this view is at.
  package func finish() throws(WeightError) {
    let names = store.namesLeft
    guard names.isEmpty else { throw .leftOver(names: names, in: store.label) }
  }
}

/// A tensor in a mapped file; the file stays mapped while this lives.
package struct MappedTensor: Sendable {
  package let shape: [Int]
  package let type: StoredType
  private let file: SafetensorsFile
  private let entry: SafetensorsFile.Entry

  fileprivate init(_ file: SafetensorsFile, _ entry: SafetensorsFile.Entry, shape: [Int]) {
    self.shape = shape
    self.file = file
    self.entry = entry
    type = entry.type
  }

  /// Writes all elements in C order. The file's own memory is let go: layers read their weights once.
  package func read(into floats: UnsafeMutablePointer<Float>) {
    withBytes { type.read($0, into: floats) }
    file.release(entry)
  }

  /// A row of a matrix.
  func row(_ index: Int) -> [Float] {
    let width = shape[1]
    return withBytes { bytes in
      [Float](unsafeUninitializedCapacity: width) { floats, initialized in
        let size = type.size * width
        type.read(UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size]), into: floats.baseAddress!)
        initialized = width
      }
    }
  }

  /// Calls `body` with the elements as they lie in the file: little-endian, at any alignment.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    file.withBytes(of: entry, body)
  }
}

/// All tensors of a part, and which of them have been taken.
private final class WeightStore: Sendable {
  let label: String
  let tensors: [String: (file: SafetensorsFile, entry: SafetensorsFile.Entry)]
  private let ignored: Set<String>
  private let taken = Mutex<Set<String>>([])

  init(
    _ files: [SafetensorsFile], label: String, dropping prefix: String, ignoring: Set<String>
  ) throws(WeightError) {
    var tensors: [String: (file: SafetensorsFile, entry: SafetensorsFile.Entry)] = [:]
    for file in files {
      for name in file.names {
        guard let entry = file[name] else { continue }
        let short = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        guard tensors.updateValue((file, entry), forKey: short) == nil else { throw .twice(name, in: label) }
      }
    }
    self.tensors = tensors
    self.label = label
    ignored = ignoring
  }

  func take(_ name: String, shapes: [[Int]]) throws(WeightError) -> MappedTensor {
    guard let (file, entry) = tensors[name] else { throw .missing(name, shape: shapes[0], in: label) }
    guard shapes.contains(entry.shape) else {
      throw .wrongShape(name, found: entry.shape, expected: shapes[0], in: label)
    }
    switch entry.type {
    case .f64, .f32, .f16, .bf16: break
    default: throw .wrongType(name, found: entry.type, in: label)
    }
    taken.withLock { _ = $0.insert(name) }
    return MappedTensor(file, entry, shape: shapes[0])
  }

  var namesLeft: [String] {
    let used = taken.withLock { $0 }
    return tensors.keys.filter { !used.contains($0) && !ignored.contains($0) }.sorted()
  }
}

/// Weights that are not what the model's configuration asks for.
package enum WeightError: Error, Equatable, CustomStringConvertible {
  case missing(_ name: String, shape: [Int], in: String)
  case wrongShape(_ name: String, found: [Int], expected: [Int], in: String)
  case wrongType(_ name: String, found: StoredType, in: String)
  /// With and without the prefix that was dropped, or in two files.
  case twice(_ name: String, in: String)
  case leftOver(names: [String], in: String)

  package var description: String {
    switch self {
    case .missing(let name, let shape, let label):
      return "weights of \(label): \(name.forMessage) is missing, expected it with shape \(shape)"
    case .wrongShape(let name, let found, let expected, let label):
      return "weights of \(label): \(name.forMessage) has shape \(found), expected \(expected)"
    case .wrongType(let name, let found, let label):
      return "weights of \(label): \(name.forMessage) is of type \(found.rawValue), expected F32, F16, BF16 or F64"
    case .twice(let name, let label):
      return "weights of \(label): \(name.forMessage) is there twice, expected it once"
    case .leftOver(let names, let label):
      let shown = names.prefix(20).map(\.forMessage).joined(separator: ", ")
      let more = names.count > 20 ? " and \(names.count - 20) more" : ""
      return "weights of \(label): \(names.count) left over that the configuration has no use for: \(shown)\(more)"
    }
  }
}
