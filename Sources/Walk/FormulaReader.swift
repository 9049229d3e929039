/// Reads a formula by recursive descent:
///
///     sum     = product { ("+" | "-") product }
///     product = factor { ("*" | "/" | "%") factor }
///     factor  = ("+" | "-") factor | power
///     power   = value [ "^" factor ]
///     value   = number | name | function "(" sum { "," sum } ")" | "(" sum ")"
struct FormulaReader {
  private let characters: [Character]
  private var place = 0
  private var depth = 0

  /// Deeper than any formula that a person writes.
  private static let deepest = 64
  /// Longer than any formula that a person writes; a tree of a million terms in a row would be as deep as they are many.
  private static let longest = 4096
  private static let constants: KeyValuePairs = ["pi": Double.pi, "e": 2.718_281_828_459_045]
  private static let names =
    Formula.Name.allCases.map(\.rawValue) + constants.map(\.key) + FormulaFunction.named.map { "\($0.rawValue)()" }

  init(_ text: String) { characters = Array(text) }

  /// The whole text.
  mutating func formula() throws(FormulaError) -> FormulaNode {
    guard characters.count <= Self.longest else {
      throw FormulaError(
        character: Self.longest + 1, found: "more than \(Self.longest) characters", expected: "a shorter formula")
    }
    let node = try sum()
    guard next == nil else { throw fault("an operator, or the end") }
    return node
  }

  private mutating func sum() throws(FormulaError) -> FormulaNode {
    var node = try product()
    while let sign = take(oneOf: "+-") { node = .call(sign, [node, try product()]) }
    return node
  }

  private mutating func product() throws(FormulaError) -> FormulaNode {
    var node = try factor()
    while let sign = take(oneOf: "*/%") { node = .call(sign, [node, try factor()]) }
    return node
  }

  private mutating func factor() throws(FormulaError) -> FormulaNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw FormulaError(character: place + 1, found: "more than \(Self.deepest) levels", expected: "a flatter formula")
    }
    switch take(oneOf: "+-") {
    case .plus: return try factor()
    case .minus: return .call(.negative, [try factor()])
    default: return try power()
    }
  }

  private mutating func power() throws(FormulaError) -> FormulaNode {
    let base = try value()
    guard let sign = take(oneOf: "^") else { return base }
    return .call(sign, [base, try factor()])
  }

  private mutating func value() throws(FormulaError) -> FormulaNode {
    if take("(") {
      let node = try sum()
      guard take(")") else { throw fault("an operator, or )") }
      return node
    }
    guard let first = next else { throw fault("a number, a name or (") }
    if first.isASCII, first.isNumber || first == "." { return try number() }
    if first.isLetter { return try named() }
    throw fault("a number, a name or (")
  }

  private mutating func number() throws(FormulaError) -> FormulaNode {
    let start = place
    skip { $0.isASCII && $0.isNumber || $0 == "." }
    if place < characters.count, "eE".contains(characters[place]) {
      let mark = place
      place += 1
      if place < characters.count, "+-".contains(characters[place]) { place += 1 }
      let digits = place
      skip { $0.isASCII && $0.isNumber }
      // Without digits it is no exponent, but whatever follows.
      if place == digits { place = mark }
    }
    let text = String(characters[start..<place])
    guard text.first != ".", text.last != ".", let number = Double(text), number.isFinite else {
      throw FormulaError(character: start + 1, found: text, expected: "a number such as 0.5")
    }
    return .number(number)
  }

  private mutating func named() throws(FormulaError) -> FormulaNode {
    let start = place
    skip { $0.isLetter || $0.isNumber || $0 == "_" }
    let word = String(characters[start..<place])
    if let function = FormulaFunction.named.first(where: { $0.rawValue == word }) {
      return .call(function, try arguments(of: function, from: start))
    }
    if let name = Formula.Name(rawValue: word) { return .name(name) }
    if let constant = Self.constants.first(where: { $0.key == word }) { return .number(constant.value) }
    throw FormulaError(
      character: start + 1, found: "the name \(word.prefix(40))",
      expected: "one of \(Self.names.joined(separator: ", "))")
  }

  private mutating func arguments(
    of function: FormulaFunction, from start: Int
  ) throws(FormulaError) -> [FormulaNode] {
    guard take("(") else { throw fault("( for \(function.usage)") }
    var arguments = [try sum()]
    while take(",") { arguments.append(try sum()) }
    guard take(")") else { throw fault("an operator, a comma or ) for \(function.usage)") }
    guard function.accepts(arguments.count) else {
      throw FormulaError(
        character: start + 1, found: "\(function.rawValue) of \(arguments.count)", expected: function.usage)
    }
    return arguments
  }

  private mutating func take(oneOf signs: String) -> FormulaFunction? {
    guard let next, signs.contains(next) else { return nil }
    place += 1
    return FormulaFunction(rawValue: String(next))
  }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character else { return false }
    place += 1
    return true
  }

  /// The next character that is no space.
  private var next: Character? {
    mutating get {
      skip(\.isWhitespace)
      return place < characters.count ? characters[place] : nil
    }
  }

  private mutating func skip(_ isPart: (Character) -> Bool) {
    while place < characters.count, isPart(characters[place]) { place += 1 }
  }

  private mutating func fault(_ expected: String) -> FormulaError {
    let found = next.map { "`\($0)`" } ?? "the end"
    return FormulaError(character: place + 1, found: found, expected: expected)
  }
}
