import Testing
import Walk

/// Keyframes whose numbers are formulas.
@Suite struct QuantityTests {
  @Test func namesMeanTheFramesTime() throws {
    func guidances(_ formula: String) throws -> [Double] {
      let timeline = try Timeline(
        [key(0, formula), key(4, formula), key(8, formula, hold: 2)], rate: FrameRate(2), beatsPerMinute: Rational(90))
      return (0..<timeline.count).map { timeline.state(at: $0).guidance }
    }
    #expect(try guidances("4 * t") == [0, 1, 2, 3, 0, 1, 2, 3, 4, 4])
    #expect(try guidances("frame") == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    #expect(try guidances("seconds") == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5])
    #expect(try guidances("beat") == [0, 0.75, 1.5, 2.25, 3, 3.75, 4.5, 5.25, 6, 6.75])
  }

  @Test func aFormulaIsMixedLikeANumber() throws {
    let timeline = try Timeline([key(0, "2"), key(4, "2 + 8 * t")], rate: FrameRate(30))
    #expect((0..<5).map { timeline.state(at: $0).guidance } == [2, 2.5, 4, 6.5, 10])
  }

  @Test func aHoldWithAFormulaOfTheFrameMoves() throws {
    let moving = try Timeline([key(0, "frame", hold: 3), key(6, "1")], rate: FrameRate(30))
    #expect((0..<4).map { moving.state(at: $0).guidance } == [0, 1, 2, 3])
    #expect((0..<4).map(moving.firstFrame(showing:)) == [0, 1, 2, 3])
    let still = try Timeline([key(0, "3 * t", hold: 3), key(6, "1")], rate: FrameRate(30))
    #expect((0..<4).map(still.firstFrame(showing:)) == [0, 0, 0, 0])
  }

  @Test func theWayBackOfAPingpongIsTheWayOut() throws {
    let timeline = try Timeline(
      [key(0, "frame"), key(4, "frame")], rate: FrameRate(30), loop: .pingpong)
    #expect((0..<timeline.count).map { timeline.state(at: $0).guidance } == [0, 1, 2, 3, 4, 3, 2, 1])
  }

  @Test func numbersStayWithinTheirRange() throws {
    func fault(_ formula: String) throws -> TimelineError? {
      let keyframes = try [key(0, "1"), key(4, formula)]
      do throws(TimelineError) {
        _ = try Timeline(keyframes, rate: FrameRate(30))
        return nil
      } catch {
        return error
      }
    }
    #expect(try fault("100 * t") == nil)
    #expect(try "\(fault("-t")!)" == "found guidance -0.25 on frame 1, by -t; expected a number from 0 to 100")
    #expect(try "\(fault("1 / (t - 0.5)")!)".hasPrefix("found guidance -4.0 on frame 1"))
    #expect(try "\(fault("log(t - 0.5)")!)".contains("nan on frame 1"))
    #expect(try fault("beat")?.place?.part == .guidance)
    #expect(try "\(fault("beat")!)" == "found beat, which counts beats; expected the tempo as bpm: beats a minute")
  }
}

private func key(_ frame: Int, _ guidance: String, hold: Int = 0) throws -> Keyframe {
  Keyframe(
    prompt: "a", seed: 1, guidance: Quantity(try Formula(guidance)), start: .at(.frames(frame)), hold: .frames(hold))
}
