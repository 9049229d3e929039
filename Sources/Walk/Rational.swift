/// An exact fraction in lowest terms, for times and frame rates: no clock of ours drifts.
///
/// Arithmetic returns nil where a result does not fit 64 bits.
public struct Rational: Sendable, Hashable {
  public let numerator: Int
  /// Always positive.
  public let denominator: Int

  /// `denominator` is not zero.
  public init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(denominator != 0, "a fraction over zero")
    precondition(numerator != .min && denominator != .min, "a fraction beyond 64 bits")
    let common = greatestCommonDivisor(abs(numerator), abs(denominator)) * denominator.signum()
    self.numerator = numerator / common
    self.denominator = denominator / common
  }

  /// A decimal number without exponent, such as `29.97`, taken exactly; nil for anything else.
  public init?(decimal text: some StringProtocol) {
    let negative = text.first == "-"
    let parts = (negative ? text.dropFirst() : text[...]).split(separator: ".", omittingEmptySubsequences: false)
    let digits = parts.joined()
    guard (1...2).contains(parts.count), digits.utf8.count <= 18, parts.allSatisfy(isDigits), let value = Int(digits)
    else { return nil }
    let places = parts.count == 2 ? parts[1].utf8.count : 0
    self.init(negative ? -value : value, (0..<places).reduce(1) { power, _ in power * 10 })
  }

  package func plus(_ other: Rational) -> Rational? {
    let common = greatestCommonDivisor(denominator, other.denominator)
    guard let a = product(numerator, other.denominator / common),
      let b = product(other.numerator, denominator / common),
      let over = product(denominator, other.denominator / common)
    else { return nil }
    let (above, overflow) = a.addingReportingOverflow(b)
    return overflow || above == .min ? nil : Rational(above, over)
  }

  package func times(_ other: Rational) -> Rational? {
    let across = Rational(numerator, other.denominator)
    let back = Rational(other.numerator, denominator)
    guard let above = product(across.numerator, back.numerator),
      let below = product(across.denominator, back.denominator)
    else { return nil }
    return Rational(above, below)
  }

  /// The product, rounded to the nearest whole number, halves away from zero; exact until then, however long the two.
  package func timesRounded(_ other: Rational) -> Int? {
    let above = Int128(numerator) * Int128(other.numerator)
    let below = Int128(denominator) * Int128(other.denominator)
    let (whole, rest) = above.magnitude.quotientAndRemainder(dividingBy: below.magnitude)
    let rounded = whole + (rest >= below.magnitude - rest ? 1 : 0)
    return Int(exactly: rounded).map { above < 0 ? -$0 : $0 }
  }

  /// One over this; the numerator is not zero.
  package var inverse: Rational { Rational(denominator, numerator) }

  /// The nearest whole number, halves away from zero.
  package var rounded: Int {
    let (whole, rest) = abs(numerator).quotientAndRemainder(dividingBy: denominator)
    return numerator.signum() * (whole + (rest >= denominator - rest ? 1 : 0))
  }

  package var double: Double { Double(numerator) / Double(denominator) }
}

extension Rational: CustomStringConvertible {
  /// A decimal number where there is an exact one, otherwise a fraction such as `30000/1001`.
  public var description: String {
    var (scale, places) = (1, 0)
    while scale % denominator != 0 {
      guard let next = product(scale, 10), places < 18 else { return "\(numerator)/\(denominator)" }
      (scale, places) = (next, places + 1)
    }
    guard let shifted = product(abs(numerator), scale / denominator) else { return "\(numerator)/\(denominator)" }
    let digits = String(shifted)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let fraction = places == 0 ? "" : "." + padded.suffix(places)
    return (numerator < 0 ? "-" : "") + padded.dropLast(places) + fraction
  }
}

private func product(_ a: Int, _ b: Int) -> Int? {
  let (result, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow || result == .min ? nil : result
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return max(a, 1)
}

private func isDigits(_ text: some StringProtocol) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}
