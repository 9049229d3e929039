/// A safetensors file that cannot be read as one.
package struct SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// The file's path.
  package let file: String
  /// The tensor at fault, if it is a single one.
  package let tensor: String?
  package let found: String
  package let expected: String
  /// Whether the fault is that the file is not there.
  package let isMissing: Bool

  package init(file: String, tensor: String? = nil, found: String, expected: String, isMissing: Bool = false) {
    self.file = file
    self.tensor = tensor
    self.found = found
    self.expected = expected
    self.isMissing = isMissing
  }

  package var description: String {
    let place = tensor.map { ", tensor \($0.forMessage)" } ?? ""
    return "cannot read \(file)\(place): found \(found), expected \(expected)"
  }
}
