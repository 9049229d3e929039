package import Foundation
import Tensors

/// A value of a manifest.
package enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([JSON])
  case object([String: JSON])

  /// Reads a file that Python wrote. Its infinities, which strict JSON does not know, become
  /// numbers too large for any type.
  package init(contentsOf url: URL) throws {
    let text = try String(contentsOf: url, encoding: .utf8).replacing("Infinity", with: "1e999")
    self = try Array(text.utf8).withUnsafeBytes { bytes in
      var reader = JSONReader(bytes)
      let value = try JSON(&reader)
      try reader.end()
      return value
    }
  }

  private init(_ reader: inout JSONReader) throws {
    switch try reader.kind() {
    case .null:
      try reader.null()
      self = .null
    case .bool: self = .bool(try reader.bool())
    case .number:
      let text = try reader.number()
      guard let number = Double(text) else { throw GoldenError("\(text) is no number") }
      self = .number(number)
    case .string: self = .string(try reader.string())
    case .array:
      var list: [JSON] = []
      try reader.beginArray()
      while try reader.nextElement() { list.append(try JSON(&reader)) }
      self = .list(list)
    case .object:
      var object: [String: JSON] = [:]
      try reader.beginObject()
      while let name = try reader.nextName() { object[name] = try JSON(&reader) }
      self = .object(object)
    }
  }

  /// The member called `name`; null if there is none.
  package subscript(name: String) -> JSON {
    object[name] ?? .null
  }

  package var object: [String: JSON] {
    if case .object(let object) = self { object } else { [:] }
  }

  package var list: [JSON] {
    if case .list(let list) = self { list } else { [] }
  }

  package var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  package var double: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  package var int: Int? { double.flatMap(Int.init(exactly:)) }

  package var bool: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }
}
