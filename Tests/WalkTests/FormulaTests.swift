import Testing
import Walk

/// Formulas of the time: their values, and their faults with the character at fault.
@Suite struct FormulaTests {
  private static let time = FrameTime(t: 0.25, frame: 30, seconds: 1.5, beat: 3)

  @Test(
    arguments: [
      ("4", 4), ("1e2", 100), (" 0.5 ", 0.5), ("-3", -3), ("+3", 3), ("--3", 3),
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 - 2 - 1", 4), ("8 / 4 / 2", 1), ("-2 ^ 2", -4), ("2 ^ -1", 0.5),
      ("2 ^ 3 ^ 2", 512), ("7 % 3", 1), ("-1 % 3", 2), ("2*-3", -6), ("2e", nil), ("2 * e", 5.43656365691809),
      ("t", 0.25), ("frame", 30), ("seconds", 1.5), ("beat", 3), ("frame / 30 + seconds", 2.5),
      ("sin(pi / 2)", 1), ("cos(2 * pi)", 1), ("tan(0)", 0), ("asin(1) * 2 / pi", 1), ("acos(1)", 0), ("atan(0)", 0),
      ("atan2(1, 0) * 2 / pi", 1), ("exp(log(3))", 3), ("sqrt(t)", 0.5), ("pow(2, beat)", 8),
      ("abs(-2)", 2), ("sign(-2) + sign(0) + sign(3)", 0), ("floor(-0.5)", -1), ("ceil(0.5)", 1), ("round(0.5)", 1),
      ("fract(-0.25)", 0.75), ("min(3, 1, 2)", 1), ("max(3, 5)", 5), ("clamp(7, 0, 5)", 5), ("lerp(2, 4, t)", 2.5),
      ("step(2, beat) + step(4, beat)", 1), ("smoothstep(0, 1, 0.5)", 0.5), ("smoothstep(0, 1, t)", 0.15625),
      // Names are words, never letters inside of words.
      ("sqrt(t) + t + tan(t) * 0", 0.75), ("atan2(t, t) / pi", 0.25),
    ] as [(String, Double?)])
  func aFormulaIsItsNumber(text: String, value: Double?) throws {
    let found = try? Formula(text)(at: Self.time)
    #expect((found == nil) == (value == nil))
    #expect(abs((found ?? 0) - (value ?? 0)) < 1e-12, "\(text): \(found ?? .nan)")
  }

  @Test(arguments: [
    ("", 1, "the end"), ("1 +", 4, "the end"), ("1 2", 3, "`2`"), ("(1", 3, "the end"), ("1)", 2, "`)`"),
    ("tt", 1, "the name tt"), ("4 + sine(1)", 5, "the name sine"), ("sin", 4, "the end"), ("sin 1", 5, "`1`"),
    ("sin()", 5, "`)`"), ("sin(1, 2)", 1, "sin of 2"), ("2 * min(1)", 5, "min of 1"), ("clamp(1, 2)", 1, "clamp of 2"),
    (".5", 1, ".5"), ("5.", 1, "5."), ("1.2.3", 1, "1.2.3"), ("1e999", 1, "1e999"), ("$", 1, "`$`"),
    ("1 ; 2", 3, "`;`"),
    ("٣", 1, "`٣`"), ("T", 1, "the name T"), ("t t", 3, "`t`"), ("2t", 2, "`t`"), ("1,5", 2, "`,`"),
  ])
  func aFaultIsTold(text: String, character: Int, found: String) {
    #expect { try Formula(text) } throws: { error in
      guard let error = error as? FormulaError else { return false }
      return error.character == character && error.found == found && !error.expected.isEmpty
    }
  }

  @Test func depthIsLimited() {
    for text in [
      String(repeating: "(", count: 100_000), String(repeating: "-", count: 100_000),
      String(repeating: "2^", count: 100_000), String(repeating: "t+", count: 500_000) + "t",
    ] {
      #expect(throws: FormulaError.self) { try Formula(text) }
    }
  }

  @Test func aFormulaWithoutTimeIsItsNumber() throws {
    #expect(try Quantity(Formula("2 * 3")) == 6)
    #expect(try Quantity(Formula("2 * t")).description == "2 * t")
    #expect(try Formula("lerp(t, beat, sin(t))").names == [.t, .beat])
  }
}
