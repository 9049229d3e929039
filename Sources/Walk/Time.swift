/// A point or length of time, in the unit its author chose.
public struct Time: Sendable, Hashable {
  public enum Unit: String, Sendable, CaseIterable {
    case seconds = "s"
    case frames = "f"
    /// Needs the beats per minute.
    case beats = "b"
  }

  /// Not negative; a whole number where the unit is frames.
  public let amount: Rational
  public let unit: Unit

  /// nil where the amount is negative, or a part of a frame.
  public init?(_ amount: Rational, _ unit: Unit) {
    guard amount.numerator >= 0, unit != .frames || amount.denominator == 1 else { return nil }
    self.amount = amount
    self.unit = unit
  }

  /// A number with its unit: `4.5s`, `120f` or `8b`; nil for anything else.
  public init?(_ text: String) {
    guard let unit = text.last.flatMap({ Unit(rawValue: String($0)) }),
      let amount = Rational(decimal: text.dropLast())
    else { return nil }
    self.init(amount, unit)
  }

  public static let zero = frames(0)

  /// `count` is not negative.
  public static func frames(_ count: Int) -> Time {
    precondition(count >= 0, "\(count) frames are no time")
    return Time(exactly: Rational(count), .frames)
  }

  /// The nearest whole number of frames; nil for beats without a tempo, and beyond the longest film.
  package func frames(at rate: FrameRate, beatsPerMinute: Rational?) -> Int? {
    let clock = Clock(rate: rate, beatsPerMinute: beatsPerMinute)
    return clock.seconds(self).flatMap(clock.frame).flatMap { $0 <= Timeline.longest ? $0 : nil }
  }

  /// The same in seconds; nil for beats without a tempo.
  package func seconds(at rate: FrameRate, beatsPerMinute: Rational?) -> Double? {
    Clock(rate: rate, beatsPerMinute: beatsPerMinute).seconds(self)?.double
  }

  private init(exactly amount: Rational, _ unit: Unit) {
    self.amount = amount
    self.unit = unit
  }

  public static let expected =
    "a time with its unit: seconds such as 4.5s, whole frames such as 120f, or beats such as 8b"
}

extension Time: CustomStringConvertible {
  public var description: String { "\(amount)\(unit.rawValue)" }
}
