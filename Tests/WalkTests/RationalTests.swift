import Testing
import Walk

@Suite struct RationalTests {
  @Test(arguments: [
    ("0", 0, 1), ("4", 4, 1), ("4.5", 9, 2), ("29.97", 2997, 100), ("0.1", 1, 10), ("-2.50", -5, 2), ("007", 7, 1),
  ])
  func decimalsAreExact(text: String, numerator: Int, denominator: Int) {
    #expect(Rational(decimal: text) == Rational(numerator, denominator))
  }

  @Test(arguments: [
    "", "-", ".", ".5", "5.", "1.2.3", "1e3", " 1", "+1", "1/2", "∞", "٣", "nan", "1234567890123456789",
  ])
  func otherTextIsRefused(text: String) {
    #expect(Rational(decimal: text) == nil)
  }

  @Test(arguments: [
    (Rational(9, 2), "4.5"), (Rational(-1, 8), "-0.125"), (Rational(120), "120"), (Rational(30000, 1001), "30000/1001"),
    (Rational(1, 100), "0.01"), (Rational(0, 7), "0"), (Rational(1, -3), "-1/3"),
  ])
  func descriptionIsExact(value: Rational, text: String) {
    #expect(value.description == text)
    #expect(text.contains("/") || Rational(decimal: text) == value)
  }

  @Test(arguments: [
    (Rational(1, 2), 1), (Rational(-1, 2), -1), (Rational(3, 2), 2), (Rational(5, 2), 3), (Rational(49, 100), 0),
    (Rational(7, 3), 2), (Rational(8, 3), 3),
  ])
  func halvesRoundAwayFromZero(value: Rational, whole: Int) {
    #expect(value.rounded == whole)
  }

  /// Exact where the product itself would not fit.
  @Test func productsAreRoundedOnce() {
    let third = Rational(decimal: "0.3333333333333333")!
    #expect(third.times(Rational(decimal: "23.976")!) == nil)
    #expect(third.timesRounded(Rational(decimal: "23.976")!) == 8)
    #expect(Rational(-1, 4).timesRounded(Rational(2)) == -1 && Rational(1, 4).timesRounded(Rational(2)) == 1)
    #expect(Rational(.max).timesRounded(Rational(2, 2)) == .max && Rational(.max).timesRounded(Rational(2)) == nil)
    #expect(Rational(.max).timesRounded(Rational(1, .max)) == 1 && Rational(0).timesRounded(third) == 0)
  }

  @Test func overflowIsToldNotWrapped() {
    #expect(Rational(.max).plus(Rational(1)) == nil)
    #expect(Rational(.max).times(Rational(2)) == nil)
    #expect(Rational(1, .max).times(Rational(1, 2)) == nil)
    #expect(Rational(.max).times(Rational(1, .max)) == Rational(1))
    #expect(Rational(1, .max).plus(Rational(1, .max - 1)) == nil)
  }

  @Test(arguments: [("30", 30, 1), ("23.976", 2997, 125), ("30000/1001", 30000, 1001), ("0.5", 1, 2), ("60/2", 30, 1)])
  func frameRates(text: String, numerator: Int, denominator: Int) {
    #expect(FrameRate(text)?.perSecond == Rational(numerator, denominator))
  }

  @Test(arguments: [
    "0", "-30", "1001", "30/0", "0/1", "1/", "/1", "1/2/3", "30fps", "-30/-1", "+30/1", "1.5/2",
    "99999999999/99999999998",
  ])
  func frameRatesThatAreNone(text: String) {
    #expect(FrameRate(text) == nil)
  }

  @Test(arguments: [
    ("4.5s", Rational(9, 2), Time.Unit.seconds), ("120f", Rational(120), .frames), ("8b", Rational(8), .beats),
  ])
  func times(text: String, amount: Rational, unit: Time.Unit) {
    #expect(Time(text) == Time(amount, unit))
    #expect(Time(text)?.description == text)
  }

  @Test(arguments: ["", "4", "s", "4 s", "-1s", "1.5f", "4sec", "4m", "1e2s", "4S"])
  func timesThatAreNone(text: String) {
    #expect(Time(text) == nil)
  }
}
