internal import Foundation
internal import Tensors

/// Reads a config.json key by key, with the reference's default where a key is not there.
///
/// Every key that is read counts as known. ``finish()`` refuses the rest, so that no key
/// that changes the computation goes unnoticed.
struct ConfigurationReader {
  let path: String
  private let values: [String: JSONValue]
  private var known: Set<String> = []

  init(contentsOf url: URL) throws(ModelError) {
    path = url.path
    values = try JSONValue.object(in: url)
  }

  /// The value of `key`, nil where there is none; null is a value.
  mutating func value(_ key: String) -> JSONValue? {
    known.insert(key)
    return values[key]
  }

  /// The keys that have another value than null.
  var keys: [String] { values.filter { $0.value != .null }.keys.sorted() }

  func failure(_ key: String, _ found: JSONValue, expected: String) -> ModelError {
    ModelError(path, found: "\(key): \(found.forMessage)", expected: expected)
  }

  // MARK: Single values

  /// A whole number of at least one; so large that products of a few do not overflow.
  mutating func count(_ key: String, default standard: Int? = nil) throws(ModelError) -> Int {
    try parse(key, default: standard, expected: "a whole number from 1 to \(Self.largest)", Self.count)
  }

  mutating func optionalCount(_ key: String) throws(ModelError) -> Int? {
    value(key) ?? .null == .null ? nil : try count(key)
  }

  mutating func integer(_ key: String, default standard: Int, in range: ClosedRange<Int>) throws(ModelError) -> Int {
    try parse(key, default: standard, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
      value in
      if case .integer(let integer) = value, range ~= integer { integer } else { nil }
    }
  }

  mutating func number(_ key: String, default standard: Double) throws(ModelError) -> Double {
    try parse(key, default: standard, expected: "a number", Self.number)
  }

  /// A number greater than zero.
  mutating func positive(_ key: String, default standard: Double) throws(ModelError) -> Double {
    try parse(key, default: standard, expected: "a number greater than 0") { value in
      Self.number(value).flatMap { $0 > 0 ? $0 : nil }
    }
  }

  /// True or false; null counts as false, as in Python.
  mutating func bool(_ key: String, default standard: Bool) throws(ModelError) -> Bool {
    try parse(key, default: standard, expected: "true or false") { value in
      switch value {
      case .bool(let bool): bool
      case .null: false
      default: nil
      }
    }
  }

  mutating func string(_ key: String, default standard: String? = nil) throws(ModelError) -> String {
    try parse(key, default: standard, expected: "a text") { value in
      if case .string(let string) = value { string } else { nil }
    }
  }

  /// A text out of the names in `choices`.
  mutating func choice<Choice>(
    _ key: String, default standard: Choice, _ choices: KeyValuePairs<String, Choice>
  ) throws(ModelError) -> Choice {
    let names = choices.map { $0.key.forMessage }.joined(separator: " or ")
    return try parse(key, default: standard, expected: names) { value in
      choices.first { .string($0.key) == value }?.value
    }
  }

  // MARK: Lists

  mutating func counts(_ key: String, default standard: [Int]) throws(ModelError) -> [Int] {
    try parse(key, default: standard, expected: "a list of whole numbers from 1 to \(Self.largest)") { value in
      Self.list(value, Self.count).flatMap { $0.isEmpty ? nil : $0 }
    }
  }

  /// One number for all of `count` blocks, or a list with one for each.
  mutating func counts(_ key: String, default standard: Int, each count: Int) throws(ModelError) -> [Int] {
    let expected = "a whole number from 1 to \(Self.largest), or a list of \(count)"
    return try parse(key, default: Array(repeating: standard, count: count), expected: expected) { value in
      if let single = Self.count(value) { return Array(repeating: single, count: count) }
      return Self.list(value, Self.count).flatMap { $0.count == count ? $0 : nil }
    }
  }

  /// One number, or a list that repeats it for each of `count` blocks.
  mutating func uniformCount(_ key: String, default standard: Int, blocks count: Int) throws(ModelError) -> Int {
    let all = try counts(key, default: standard, each: count)
    guard all.allSatisfy({ $0 == all[0] }) else {
      throw failure(key, .list(all.map { .integer($0) }), expected: "the same number for every block")
    }
    return all[0]
  }

  /// A list of the names in `choices`, `count` long where that is given.
  mutating func choices<Choice>(
    _ key: String, default standard: [Choice], count: Int? = nil, _ choices: KeyValuePairs<String, Choice>
  ) throws(ModelError) -> [Choice] {
    let names = choices.map { $0.key.forMessage }.joined(separator: " or ")
    let list = try parse(key, default: standard, expected: "a list of \(names)") { value in
      Self.list(value) { item in choices.first { .string($0.key) == item }?.value }
    }
    guard count == nil || list.count == count else {
      throw ModelError(
        path, found: "\(list.count) \(key)", expected: "\(count ?? 0), one for each of block_out_channels")
    }
    return list
  }

  /// Height and width, or one number for both; nil where the file does not say.
  mutating func size(_ key: String) throws(ModelError) -> SampleSize? {
    guard value(key) ?? .null != .null else { return nil }
    let sides = try counts(key, default: 1, each: 2)
    return SampleSize(height: sides[0], width: sides[1])
  }

  // MARK: What is not supported

  /// Refuses any value of `key` but those in `supported`; where the key is not there, the first of them holds.
  mutating func require(_ key: String, _ supported: JSONValue...) throws(ModelError) {
    guard let value = value(key) else { return }
    guard supported.contains(where: { $0.means(value) }) else {
      throw failure(key, value, expected: supported.map(\.forMessage).joined(separator: " or "))
    }
  }

  /// Keys without influence on what the model computes.
  mutating func ignore(_ keys: String...) {
    known.formUnion(keys)
  }

  /// Refuses keys that nobody asked for, but for null and for names with an underscore in front.
  func finish() throws(ModelError) {
    guard let key = keys.first(where: { !known.contains($0) && !$0.hasPrefix("_") }) else { return }
    throw ModelError(
      path, found: "the unknown key \(key.forMessage)",
      expected: "only keys whose meaning is known; remove it if it has none")
  }

  // MARK: Parsing

  private static let largest = 1 << 20

  private mutating func parse<Value>(
    _ key: String, default standard: Value?, expected: String, _ parse: (JSONValue) -> Value?
  ) throws(ModelError) -> Value {
    guard let found = value(key) else {
      guard let standard else { throw ModelError(path, found: "no \(key)", expected: expected) }
      return standard
    }
    guard let value = parse(found) else { throw failure(key, found, expected: expected) }
    return value
  }

  private static func count(_ value: JSONValue) -> Int? {
    if case .integer(let count) = value, 1...largest ~= count { count } else { nil }
  }

  private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  private static func list<Item>(_ value: JSONValue, _ item: (JSONValue) -> Item?) -> [Item]? {
    guard case .list(let list) = value else { return nil }
    let items = list.compactMap(item)
    return items.count == list.count ? items : nil
  }
}

/// The size that a model was trained at, in the cells of its input.
package struct SampleSize: Sendable, Equatable {
  package let height, width: Int
}

extension JSONValue {
  /// Equality that takes 1 and 1.0 for the same.
  fileprivate func means(_ other: JSONValue) -> Bool {
    switch (self, other) {
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Double(a) == b
    default: self == other
    }
  }
}
