package import Foundation

/// A JSON text as a tree, for files of moderate size.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent.
  case integer(Int)
  case number(Double)
  case string(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// Reads all of `bytes`. A name that occurs twice in an object is an error.
  package init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
    var reader = JSONReader(bytes)
    self = try reader.value()
    try reader.end()
  }

  /// Trees take several times the space of their text, so longer files are refused; a tokenizer's have five megabytes.
  package static let longestFile = 1 << 26

  /// Reads the file at `url`, which is mapped for that time.
  package init(contentsOf url: URL) throws(JSONFileError) {
    let file: MappedFile
    do {
      file = try MappedFile(contentsOf: url)
    } catch {
      throw JSONFileError(found: "\(error)", expected: "a JSON file", isMissing: error.isMissing)
    }
    guard file.bytes.count <= Self.longestFile else {
      throw JSONFileError(found: "a file of \(file.bytes.count) bytes", expected: "at most \(Self.longestFile)")
    }
    do {
      self = try withExtendedLifetime(file) { () throws(JSONError) in try JSONValue(file.bytes) }
    } catch {
      let (line, column) = error.position(in: file.bytes)
      throw JSONFileError(found: "\(error.found) at line \(line), column \(column)", expected: error.expected)
    }
  }

  /// The value in a few words, for messages.
  package var forMessage: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .string(let string): string.forMessage
    case .list(let list) where list.count <= 8: "[\(list.map(\.forMessage).joined(separator: ", "))]"
    case .list(let list): "a list of \(list.count)"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(stringLiteral value: String) { self = .string(value) }
}

/// A JSON file that cannot be opened or is malformed.
package struct JSONFileError: Error, Equatable {
  package let found: String
  package let expected: String
  package let isMissing: Bool

  package init(found: String, expected: String, isMissing: Bool = false) {
    self.found = found
    self.expected = expected
    self.isMissing = isMissing
  }
}

extension JSONError {
  /// Line and column, both from one, the column in bytes.
  package func position(in text: UnsafeRawBufferPointer) -> (line: Int, column: Int) {
    let before = text.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") }
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return (line + 1, offset - start + 1)
  }
}

extension JSONReader {
  fileprivate mutating func value() throws(JSONError) -> JSONValue {
    switch try kind() {
    case .object: return .object(try object())
    case .array:
      try beginArray()
      var list: [JSONValue] = []
      while try nextElement() { list.append(try value()) }
      return .list(list)
    case .string: return .string(try string())
    case .number:
      let start = offset
      let literal = try number()
      if let integer = Int(literal) { return .integer(integer) }
      guard let number = Double(literal), number.isFinite else {
        throw JSONError(offset: start, found: literal.forMessage, expected: "a number of finite size")
      }
      return .number(number)
    case .bool: return .bool(try bool())
    case .null:
      try null()
      return .null
    }
  }

  private mutating func object() throws(JSONError) -> [String: JSONValue] {
    try beginObject()
    var object: [String: JSONValue] = [:]
    while let name = try nextName() {
      let place = offset
      guard object.updateValue(try value(), forKey: name) == nil else {
        throw JSONError(offset: place, found: "the name \(name.forMessage) twice", expected: "each name once")
      }
    }
    return object
  }
}
