import Testing
import Walk

@Suite struct TimelineTests {
  /// Awkward rates and lengths: the ones that other tools miscount (25 fps: 29, 57; 30 fps: 123, 245 frames; …).
  static let rates = [
    "30", "25", "24", "23.976", "24000/1001", "30000/1001", "60000/1001", "12.5", "59.94", "1", "0.5", "1000",
  ]

  @Test(arguments: rates) func frameIsTheRoundedProduct(rate: String) throws {
    let rate = try #require(FrameRate(rate))
    for tenths in 1...300 {
      let seconds = try #require(Rational(tenths, 10).times(rate.perSecond))
      guard seconds.rounded > 0 else { continue }
      let timeline = try Timeline(
        [key(.at(.zero)), key(.at(#require(Time(Rational(tenths, 10), .seconds))))], rate: rate)
      #expect(timeline.frames == [0, seconds.rounded])
      #expect(timeline.count == seconds.rounded + 1)
    }
  }

  /// A thousand waits of a third of a second end where a single long one does.
  @Test func timesAddUpWithoutDrift() throws {
    let rate = try #require(FrameRate("30000/1001"))
    let third = try #require(Time(Rational(1, 3), .seconds))
    let timeline = try Timeline([key(.at(.zero))] + (1...999).map { _ in key(.after(third)) }, rate: rate)
    #expect(timeline.frames.last == Rational(333 * 30000, 1001).rounded)
  }

  @Test func beats() throws {
    let timeline = try Timeline(
      [key(.at(.zero)), key(.after(#require(Time("8b"))))], rate: #require(FrameRate("30")),
      beatsPerMinute: Rational(174))
    #expect(timeline.frames == [0, 83])  // 8 × 60/174 s × 30 = 82.76
  }

  @Test(arguments: [[0, 1], [0, 7, 8, 20], [0, 119], [0, 30, 31, 32, 100]])
  func everyKeyframeIsHitExactlyOnceAndTimeNeverRunsBack(frames: [Int]) throws {
    for easing in Easing.allCases {
      let timeline = try Timeline(
        frames.map { key(.at(.frames($0)), easing: easing) }, rate: #require(FrameRate("30")))
      let states = (0..<timeline.count).map(timeline.state)
      #expect(timeline.count == frames.last! + 1)
      for (index, frame) in frames.enumerated() {
        #expect(states.indices.filter { states[$0].from == index && states[$0].to == index } == [frame])
      }
      let places = states.map { Double($0.from) + $0.progress }
      #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func holdsStandAndTheFilmEndsWithTheLast() throws {
    let half = try #require(Time("0.5s"))
    let timeline = try Timeline(
      [key(.at(.zero), hold: half), key(.after(#require(Time("4s"))), hold: half)], rate: #require(FrameRate("30")))
    #expect(timeline.frames == [0, 135])
    #expect(timeline.holdEnds == [15, 150])
    #expect(timeline.count == 150)
    #expect(timeline.seconds == 5)
    let states = (0..<150).map(timeline.state)
    #expect(Set(states[0...15]).count == 1)
    #expect(Set(states[15...135]).count == 121)
    #expect(Set(states[135...]).count == 1)
    #expect(states[149].to == 1)
  }

  @Test func guidanceChangesWithTheWay() throws {
    let timeline = try Timeline(
      [key(.at(.zero), guidance: 2), key(.at(.frames(4)), guidance: 6)], rate: #require(FrameRate("30")))
    #expect((0...4).map { timeline.state(at: $0).guidance } == [2, 3, 4, 5, 6])
  }

  @Test func easingBendsItsOwnSegmentOnly() throws {
    let timeline = try Timeline(
      [key(.at(.zero)), key(.at(.frames(4)), easing: .smooth), key(.at(.frames(8)))], rate: #require(FrameRate("30")))
    #expect((0...4).map { timeline.state(at: $0).progress } == [0, 0.15625, 0.5, 0.84375, 0])
    #expect((4..<8).map { timeline.state(at: $0).progress } == [0, 0.25, 0.5, 0.75])
  }

  @Test func evenStarts() {
    #expect(Timeline.evenStarts(of: 2, over: 120)?.starts == [.at(.frames(0)), .at(.frames(119))])
    #expect(Timeline.evenStarts(of: 3, over: 6)?.starts == [.at(.frames(0)), .at(.frames(3)), .at(.frames(5))])
    #expect(Timeline.evenStarts(of: 3, over: 3)?.starts == [.at(.frames(0)), .at(.frames(1)), .at(.frames(2))])
    #expect(Timeline.evenStarts(of: 3, over: 2) == nil)
  }

  @Test func whatMakesNoFilmIsSaid() throws {
    let rate = try #require(FrameRate("30"))
    func fault(_ keyframes: Keyframe...) -> TimelineError? {
      #expect(throws: TimelineError.self) { try Timeline(keyframes, rate: rate) }
    }
    let beat = try #require(Time("1b"))
    let ages = try #require(Time("999999999s"))
    let moment = try #require(Time("0.01s"))
    #expect(fault() == .tooFewKeyframes(0))
    #expect(fault(key(.at(.zero))) == .tooFewKeyframes(1))
    #expect(fault(key(.at(.frames(3))), key(.at(.frames(9)))) == .firstNotAtZero(frame: 3))
    #expect(
      fault(key(.at(.zero)), key(.at(.frames(9))), key(.at(.frames(8))))
        == .notAfter(2, frame: 8, keyframe: 9, holdEnd: 9))
    #expect(
      fault(key(.at(.zero), hold: .frames(20)), key(.at(.frames(20))))
        == .notAfter(1, frame: 20, keyframe: 0, holdEnd: 20))
    #expect(fault(key(.at(.zero)), key(.after(moment))) == .notAfter(1, frame: 0, keyframe: 0, holdEnd: 0))
    #expect(fault(key(.at(.zero)), key(.after(beat))) == .beatsWithoutTempo(1, .start, beat))
    #expect(fault(key(.at(.zero), hold: ages), key(.after(.frames(1)))) == .tooLong(0, .hold, ages))
    #expect(
      fault(key(.at(.zero), guidance: .infinity), key(.after(.frames(1))))
        == .quantity(0, .guidance, .constant(.infinity), .infinity, frame: nil))
  }
}

private func key(
  _ start: Keyframe.Start, guidance: Double = 4, hold: Time = .zero, easing: Easing = .linear
) -> Keyframe {
  Keyframe(prompt: "a car", seed: 42, guidance: guidance, start: start, hold: hold, easing: easing)
}
