/// Frames per second as an exact fraction, as 30000/1001.
public struct FilmRate: Sendable, Hashable, CustomStringConvertible {
  public let numerator: Int
  public let denominator: Int

  /// Both must be positive and fit 31 bits; kept in lowest terms.
  public init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(numerator > 0 && denominator > 0, "a frame rate is positive")
    var (a, b) = (numerator, denominator)
    while b != 0 { (a, b) = (b, a % b) }
    self.numerator = numerator / a
    self.denominator = denominator / a
    precondition(
      max(self.numerator, self.denominator) <= Int(Int32.max), "a frame rate of such terms is beyond any film")
  }

  public var framesPerSecond: Double { Double(numerator) / Double(denominator) }

  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}
