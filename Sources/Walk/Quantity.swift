/// A number that a keyframe gives: the same for all frames, or a formula.
public enum Quantity: Sendable, Hashable {
  case constant(Double)
  case formula(Formula)

  /// A formula that uses no name of the time is the number that it gives.
  public init(_ formula: Formula) {
    self = formula.constant.map(Quantity.constant) ?? .formula(formula)
  }

  /// The number at a time.
  public func callAsFunction(at time: FrameTime) -> Double {
    switch self {
    case .constant(let number): number
    case .formula(let formula): formula(at: time)
    }
  }

  /// The names of the time that it depends on.
  package var names: Set<Formula.Name> {
    if case .formula(let formula) = self { formula.names } else { [] }
  }

  /// Whether it needs the beats per minute.
  var countsBeats: Bool { names.contains(.beat) }

  /// Whether it depends on how long the film is, rather than on the way from keyframe to keyframe alone.
  package var countsTime: Bool { !names.subtracting([.t]).isEmpty }
}

extension Quantity: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self = .constant(value) }
  public init(integerLiteral value: Int) { self = .constant(Double(value)) }
}

extension Quantity: CustomStringConvertible {
  /// The number, or the formula as its author wrote it.
  public var description: String {
    switch self {
    case .constant(let number): "\(number)"
    case .formula(let formula): formula.text
    }
  }
}
