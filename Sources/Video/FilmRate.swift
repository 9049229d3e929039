/// Frames per second as an exact fraction, as 30000/1001.
package struct FilmRate: Sendable, Hashable, CustomStringConvertible {
  package let numerator: Int
  package let denominator: Int

  /// Both must be positive and fit 31 bits; kept in lowest terms.
  package init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(numerator > 0 && denominator > 0, "a frame rate is positive")
    var (a, b) = (numerator, denominator)
    while b != 0 { (a, b) = (b, a % b) }
    self.numerator = numerator / a
    self.denominator = denominator / a
    precondition(
      max(self.numerator, self.denominator) <= Int(Int32.max), "a frame rate of such terms is beyond any film")
  }

  package var framesPerSecond: Double { Double(numerator) / Double(denominator) }

  package var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}
