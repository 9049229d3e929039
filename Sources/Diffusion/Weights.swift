import Synchronization
package import Tensors

/// A model part's tensors, seen from one place in their tree of names.
///
/// `weights["down_blocks"][0]["resnets"]` looks at the names that begin with
/// `down_blocks.0.resnets.`. A layer takes what it needs by name and shape; ``finish()``
/// then names everything at fault: what was missing, of another shape or type, or left.
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
  ///
  /// Where it is not, an empty one stands in for it until ``finish()`` says so; throws where too many are not.
  package func tensor(_ name: String, _ shape: [Int]) throws(WeightError) -> MappedTensor {
    try store.take(path + name, shapes: [shape])
  }

  /// Takes a matrix [outputs, inputs], which may lie in the file as a 1×1 convolution's weight [outputs, inputs, 1, 1].
  package func matrix(_ name: String, _ shape: [Int]) throws(WeightError) -> MappedTensor {
    try store.take(path + name, shapes: [shape, shape + [1, 1]])
  }

  /// Makes sure that every tensor of the part was as asked for and has been taken, whatever path this view is at.
  package func finish() throws(WeightError) { try store.finish() }
}

/// A tensor in a mapped file; the file stays mapped while this lives.
package struct MappedTensor: Sendable {
  /// The shape that was asked for.
  package let shape: [Int]
  /// Nil for a tensor that is not there as asked for: it has no elements, and nobody computes with it.
  private let place: (file: SafetensorsFile, entry: SafetensorsFile.Entry)?

  fileprivate init(shape: [Int], _ place: (file: SafetensorsFile, entry: SafetensorsFile.Entry)?) {
    self.shape = shape
    self.place = place
  }

  package var count: Int { place == nil ? 0 : shape.reduce(1, *) }

  /// Writes some rows in C order. With the last one the file's own memory is let go: layers pack what they read.
  package func read(rows: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
    guard let (file, entry) = place, !rows.isEmpty else { return }
    let size = entry.type.size * (count / shape[0])
    file.withBytes(of: entry) { bytes in
      let some = bytes[rows.lowerBound * size..<rows.upperBound * size]
      entry.type.read(UnsafeRawBufferPointer(rebasing: some), into: floats)
    }
    if rows.upperBound == shape[0] { file.release(entry) }
  }

  /// A row of a matrix.
  func row(_ index: Int) -> [Float] {
    guard let (file, entry) = place else { return [] }
    let size = entry.type.size * shape[1]
    return file.withBytes(of: entry) { bytes in
      [Float](unsafeUninitializedCapacity: shape[1]) { floats, initialized in
        let row = UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size])
        entry.type.read(row, into: floats.baseAddress!)
        initialized = shape[1]
      }
    }
  }
}

/// All tensors of a part, which of them have been taken, and what was asked for in vain.
private final class WeightStore: Sendable {
  private struct Record {
    var taken: Set<String> = []
    var faults: WeightError.Faults = .init()
  }

  let label: String
  let tensors: [String: (file: SafetensorsFile, entry: SafetensorsFile.Entry)]
  private let ignored: Set<String>
  private let record = Mutex(Record())

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

  /// The tensor `name` of the first of `shapes`, laid out as any of them.
  func take(_ name: String, shapes: [[Int]]) throws(WeightError) -> MappedTensor {
    let tensor = tensors[name]
    let faults = record.withLock { record in
      record.taken.insert(name)
      return record.faults.add(name, tensor?.entry, shapes: shapes) ? record.faults : nil
    }
    guard let faults else { return MappedTensor(shape: shapes[0], tensor) }
    // Nobody reads a list of ten thousand, and a configuration may ask for a million layers.
    guard faults.count < 10_000 else { throw .faults(faults, in: label) }
    return MappedTensor(shape: shapes[0], nil)
  }

  func finish() throws(WeightError) {
    let (taken, found) = record.withLock { ($0.taken, $0.faults) }
    var faults = found
    faults.leftOver = tensors.keys.filter { !taken.contains($0) && !ignored.contains($0) }.sorted()
    guard faults.isEmpty else { throw .faults(faults, in: label) }
  }
}
