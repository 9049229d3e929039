internal import Foundation
internal import Tensors

/// A model that cannot be loaded from its folder.
package struct ModelError: Error, Equatable, CustomStringConvertible {
  /// The file or folder at fault.
  package let path: String
  package let found: String
  package let expected: String
  /// Whether the fault is that something is not there.
  package let isMissing: Bool

  package init(_ path: String, found: String, expected: String, isMissing: Bool = false) {
    self.path = path
    self.found = found
    self.expected = expected
    self.isMissing = isMissing
  }

  package var description: String { "cannot load \(path): found \(found), expected \(expected)" }
}

extension JSONValue {
  /// The object that the file at `url` holds.
  static func object(in url: URL) throws(ModelError) -> [String: JSONValue] {
    do throws(JSONFileError) {
      let value = try JSONValue(contentsOf: url)
      guard case .object(let values) = value else {
        throw JSONFileError(found: value.forMessage, expected: "an object")
      }
      return values
    } catch {
      throw ModelError(url.path, found: error.found, expected: error.expected, isMissing: error.isMissing)
    }
  }
}
