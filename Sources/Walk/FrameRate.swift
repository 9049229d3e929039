/// Frames per second, an exact fraction such as 30000/1001.
public struct FrameRate: Sendable, Hashable {
  public let perSecond: Rational

  /// So many whole frames a second, 1 to 1000.
  public init(_ perSecond: Int) {
    precondition((1...1000).contains(perSecond), "\(perSecond) frames a second are no film")
    self.perSecond = Rational(perSecond)
  }

  /// From above 0 to 1000; nil beyond, or where the denominator needs more than 31 bits.
  public init?(_ perSecond: Rational) {
    guard perSecond.numerator > 0, perSecond.numerator <= Int(Int32.max), perSecond.denominator <= Int(Int32.max),
      perSecond.numerator <= 1000 * perSecond.denominator
    else { return nil }
    self.perSecond = perSecond
  }

  /// `30`, `29.97` or `30000/1001`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, let above = Int(parts[0]), let below = Int(parts[1]), above > 0, below > 0,
      !text.contains("+")
    {
      self.init(Rational(above, below))
    } else if let value = Rational(decimal: text) {
      self.init(value)
    } else {
      return nil
    }
  }

  public static let expected = "a frame rate from above 0 to 1000, such as 30, 23.976 or 30000/1001"
}

extension FrameRate: CustomStringConvertible {
  public var description: String { perSecond.description }
}
