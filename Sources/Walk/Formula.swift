/// A number as a formula of the time, such as `4 + 3 * sin(2 * pi * seconds)`.
///
/// `+ - * / %` and `^` (to the right first, and before a sign) with parentheses, the names of `Name`, the constants
/// `pi` and `e`, and the functions of `FormulaFunction`. Angles are in radians; `%` is the rest with the divisor's sign.
public struct Formula: Sendable, Hashable {
  /// As its author wrote it, without space at the ends.
  public let text: String
  private let root: FormulaNode

  /// What it may depend on; see `FrameTime`.
  public enum Name: String, Sendable, CaseIterable {
    case t, frame, seconds, beat
  }

  /// Throws where the text is no formula.
  public init(_ text: String) throws(FormulaError) {
    var reader = FormulaReader(text)
    root = try reader.formula()
    self.text = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// The number at a time. It may be none: 1 / t is infinite at the beginning.
  public func callAsFunction(at time: FrameTime) -> Double { root.value(at: time) }

  /// The names of the time in it.
  public var names: Set<Name> { root.names }

  /// The number that it always is; nil where it depends on the time.
  public var constant: Double? {
    names.isEmpty ? self(at: FrameTime(t: 0, frame: 0, seconds: 0, beat: nil)) : nil
  }
}

/// What is wrong with a formula.
public struct FormulaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where in the text, counted from 1.
  public let character: Int
  public let found: String
  public let expected: String

  public var description: String { "character \(character) of a formula: found \(found); expected \(expected)" }
}

/// A formula as a tree.
indirect enum FormulaNode: Sendable, Hashable {
  case number(Double)
  case name(Formula.Name)
  case call(FormulaFunction, [FormulaNode])

  func value(at time: FrameTime) -> Double {
    switch self {
    case .number(let number): number
    case .name(.t): time.t
    case .name(.frame): time.frame
    case .name(.seconds): time.seconds
    case .name(.beat): time.beat ?? .nan
    case .call(let function, let arguments): function(arguments.map { $0.value(at: time) })
    }
  }

  var names: Set<Formula.Name> {
    switch self {
    case .number: []
    case .name(let name): [name]
    case .call(_, let arguments): arguments.reduce(into: []) { $0.formUnion($1.names) }
    }
  }
}
