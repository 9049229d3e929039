/// Reads strict JSON (RFC 8259) value by value, without building a tree.
///
/// The caller asks for what it expects, and gets it or an error with the offset.
/// Nesting is limited, so no input overflows the stack. The reader never allocates
/// more than the string it is asked for.
///
/// The bytes must outlive the reader.
package struct JSONReader {
  /// What kind of value comes next.
  package enum Kind: String {
    case object = "an object"
    case array = "a list"
    case string = "a string"
    case number = "a number"
    case bool = "true or false"
    case null = "null"
  }

  /// Objects and lists within one another, at most.
  package static let deepest = 64

  /// The position of the next byte.
  package private(set) var offset = 0
  private let bytes: UnsafeRawBufferPointer
  private var depth = 0
  /// True just behind an opening bracket, where no comma may stand.
  private var isFirst = false

  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  // MARK: Objects and lists

  package mutating func beginObject() throws(JSONError) {
    try begin("{", as: .object)
  }

  /// The next name of the object that was begun, or nil behind its end.
  package mutating func nextName() throws(JSONError) -> String? {
    if try isAtEnd("}") { return nil }
    let name = try string()
    skipSpace()
    guard take(":") else { throw failure(expected: "':' behind the name") }
    return name
  }

  package mutating func beginArray() throws(JSONError) {
    try begin("[", as: .array)
  }

  /// Whether another element of the list that was begun follows.
  package mutating func nextElement() throws(JSONError) -> Bool {
    try !isAtEnd("]")
  }

  private mutating func begin(_ bracket: Unicode.Scalar, as kind: Kind) throws(JSONError) {
    skipSpace()
    guard take(bracket) else { throw failure(expected: kind.rawValue) }
    depth += 1
    guard depth <= Self.deepest else {
      throw JSONError(offset: offset - 1, found: "more than \(Self.deepest) levels of nesting", expected: "fewer")
    }
    isFirst = true
  }

  private mutating func isAtEnd(_ bracket: Unicode.Scalar) throws(JSONError) -> Bool {
    skipSpace()
    if take(bracket) {
      depth -= 1
      isFirst = false
      return true
    }
    if !isFirst, !take(",") { throw failure(expected: "',' or '\(bracket)'") }
    isFirst = false
    return false
  }

  // MARK: Single values

  package mutating func kind() throws(JSONError) -> Kind {
    skipSpace()
    guard let byte = peek else { throw failure(expected: "a value") }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw failure(expected: "a value")
    }
  }

  package mutating func bool() throws(JSONError) -> Bool {
    skipSpace()
    if take(word: "true") { return true }
    if take(word: "false") { return false }
    throw failure(expected: "true or false")
  }

  package mutating func null() throws(JSONError) {
    skipSpace()
    guard take(word: "null") else { throw failure(expected: "null") }
  }

  /// A whole number, written without fraction and exponent.
  package mutating func integer() throws(JSONError) -> Int {
    let start = try beginNumber(expected: "a whole number")
    let literal = try numberLiteral()
    guard let value = Int(literal) else {
      throw JSONError(offset: start, found: literal.forMessage, expected: "a whole number of at most 64 bits")
    }
    return value
  }

  /// A number as it is written.
  package mutating func number() throws(JSONError) -> String {
    _ = try beginNumber(expected: "a number")
    return try numberLiteral()
  }

  package mutating func string() throws(JSONError) -> String {
    skipSpace()
    guard take("\"") else { throw failure(expected: "a string") }
    let start = offset
    while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
    if take("\"") { return try text(bytes[start..<(offset - 1)], at: start) }

    var characters = Array(bytes[start..<offset])
    while let byte = peek, byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\") {
        characters.append(contentsOf: String(try escape()).utf8)
      } else if byte >= 0x20 {
        characters.append(byte)
        offset += 1
      } else {
        throw failure(expected: "a control character to be escaped")
      }
    }
    guard take("\"") else { throw failure(expected: "'\"' at the end of the string") }
    return try text(characters, at: start)
  }

  /// Passes over one value of any kind, and checks it.
  package mutating func skip() throws(JSONError) {
    switch try kind() {
    case .object:
      try beginObject()
      while try nextName() != nil { try skip() }
    case .array:
      try beginArray()
      while try nextElement() { try skip() }
    case .string: _ = try string()
    case .number: _ = try number()
    case .bool: _ = try bool()
    case .null: try null()
    }
  }

  /// Makes sure that nothing but white space follows.
  package mutating func end() throws(JSONError) {
    skipSpace()
    guard offset == bytes.count else { throw failure(expected: "nothing more") }
  }

  // MARK: Numbers

  private mutating func beginNumber(expected: String) throws(JSONError) -> Int {
    skipSpace()
    guard let byte = peek, byte == UInt8(ascii: "-") || isDigit(byte) else { throw failure(expected: expected) }
    return offset
  }

  private mutating func numberLiteral() throws(JSONError) -> String {
    let start = offset
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      try digits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    guard let byte = peek, isDigit(byte) else { throw failure(expected: "a digit") }
    while let byte = peek, isDigit(byte) { offset += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }

  // MARK: Strings

  private func text(_ bytes: some Collection<UInt8>, at start: Int) throws(JSONError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw JSONError(offset: start, found: "bytes that are not UTF-8", expected: "UTF-8 text")
    }
    return text
  }

  private mutating func escape() throws(JSONError) -> Character {
    let start = offset
    _ = take("\\")
    for (letter, meaning) in Self.escapes where take(letter) { return meaning }
    guard take("u") else { throw failure(expected: "an escape such as \\n or \\u0041") }
    var code = try fourHexDigits()
    if 0xD800..<0xDC00 ~= code, take("\\"), take("u") {
      let low = try fourHexDigits()
      if 0xDC00..<0xE000 ~= low { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw JSONError(offset: start, found: "half of a surrogate pair", expected: "a whole character")
    }
    return Character(scalar)
  }

  private static let escapes: [(Unicode.Scalar, Character)] = [
    ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{c}"), ("n", "\n"), ("r", "\r"), ("t", "\t"),
  ]

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure(expected: "four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }

  // MARK: Bytes

  private var peek: UInt8? {
    offset < bytes.count ? bytes[offset] : nil
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let rest = bytes[offset...]
    guard word.withUTF8Buffer({ rest.starts(with: $0) }) else { return false }
    offset += word.utf8CodeUnitCount
    return true
  }

  private func failure(expected: String) -> JSONError {
    guard let byte = peek else { return JSONError(offset: offset, found: "the end", expected: expected) }
    let found = 0x21...0x7E ~= byte ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
    return JSONError(offset: offset, found: found, expected: expected)
  }
}

/// Text that is not the JSON that was asked for.
package struct JSONError: Error, Equatable {
  /// Where, in bytes from the start.
  package let offset: Int
  package let found: String
  package let expected: String

  package init(offset: Int, found: String, expected: String) {
    self.offset = offset
    self.found = found
    self.expected = expected
  }
}
