package import Foundation

/// A safetensors file: named tensors, mapped into memory and read on demand.
///
/// Layout: eight bytes of header length (little-endian), the header (a JSON object), the
/// numbers. The header is checked completely when the file is opened: each tensor's shape
/// fits its bytes, and the tensors fill the rest of the file without holes or overlaps.
/// See ``MappedFile`` for files that change while they are open.
package final class SafetensorsFile: Sendable {
  /// What the header says about one tensor.
  package struct Entry: Sendable, Equatable {
    package let type: StoredType
    package let shape: [Int]
    /// The tensor's bytes, counted from the start of the file.
    package let range: Range<Int>
  }

  package let url: URL
  /// The texts under `__metadata__`.
  package let metadata: [String: String]
  private let file: MappedFile
  private let entries: [String: Entry]

  package init(contentsOf url: URL) throws(SafetensorsError) {
    self.url = url
    do {
      file = try MappedFile(contentsOf: url)
    } catch {
      throw SafetensorsError(
        file: url.path, found: "\(error)", expected: "a safetensors file", isMissing: error.isMissing)
    }
    let header = try SafetensorsHeader(file.bytes, path: url.path)
    metadata = header.metadata
    entries = header.entries
  }

  /// The tensors' names in alphabetical order.
  package var names: [String] { entries.keys.sorted() }

  package subscript(name: String) -> Entry? { entries[name] }

  /// The tensor as floats, rounded where its own type is finer.
  package func ndarray(_ name: String) throws(SafetensorsError) -> NDArray {
    let entry = try entry(name)
    guard let values = withBytes(of: entry, entry.type.floats) else { throw unreadable(name, entry.type) }
    return NDArray(values, shape: entry.shape)
  }

  /// The tensor's numbers in C order, rounded only where integers exceed 2⁵³.
  package func doubles(_ name: String) throws(SafetensorsError) -> [Double] {
    let entry = try entry(name)
    guard let values = withBytes(of: entry, entry.type.doubles) else { throw unreadable(name, entry.type) }
    return values
  }

  /// Calls `body` with the tensor's bytes, which may lie at any alignment.
  package func withBytes<Result>(of entry: Entry, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withExtendedLifetime(self) { body(UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])) }
  }

  /// Lets go of the memory behind a tensor, for those who have made their own copy.
  package func release(_ entry: Entry) { file.release(entry.range) }

  private func entry(_ name: String) throws(SafetensorsError) -> Entry {
    guard let entry = entries[name] else {
      throw SafetensorsError(file: url.path, tensor: name, found: "no tensor of this name", expected: "one")
    }
    return entry
  }

  private func unreadable(_ name: String, _ type: StoredType) -> SafetensorsError {
    SafetensorsError(
      file: url.path, tensor: name, found: "numbers of type \(type.rawValue)",
      expected: "a type of 16 bits or more, or integers; convert the file to F16 or F32")
  }
}
