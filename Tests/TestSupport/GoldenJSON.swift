package import Foundation

/// A value of a manifest.
package enum JSON: Sendable, Equatable, Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([JSON])
  case object([String: JSON])

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let list = try? container.decode([JSON].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  /// Reads a file that Python wrote, with the infinities that it writes.
  package init(contentsOf url: URL) throws {
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    self = try decoder.decode(JSON.self, from: Data(contentsOf: url))
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
