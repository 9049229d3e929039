import Testing
import Walk

@Suite struct LoopTests {
  @Test(arguments: Path.allCases) func aClosedLoopShowsNothingTwice(path: Path) throws {
    let loop = try Timeline(keys([0, 10, 30]), rate: FrameRate(30), path: path, loop: .closed, closing: .frames(12))
    #expect(loop.count == 42)
    let states = (0..<42).map(loop.state)
    #expect(Set(states.map(\.weights)).count == 42)
    #expect(loop.pictures == 42)
    // The way back: from the third keyframe to the first, which comes one step after the last frame.
    #expect(states[31...].allSatisfy { $0.from == 2 && $0.to == 0 })
    #expect(zip(states[31...], states[32...]).allSatisfy { $0.progress < $1.progress })
    #expect(states[41].progress == 11.0 / 12)
  }

  @Test func theWayBackIsAsLongAsAskedOrAsTheOthersOnAverage() throws {
    let second = try #require(Time("1s"))
    let half = try #require(Time("0.5s"))
    var keyframes = keys([0, 10, 30])
    #expect(try Timeline(keyframes, rate: FrameRate(30), loop: .closed).closingFrames == 15)
    #expect(try Timeline(keyframes, rate: FrameRate(30), loop: .closed, closing: second).count == 60)
    // A hold of the last keyframe comes first, and shows the keyframe's picture.
    keyframes[2].hold = half
    let held = try Timeline(keyframes, rate: FrameRate(30), loop: .closed, closing: second)
    #expect(held.count == 75)
    #expect((30...45).allSatisfy { held.state(at: $0) == held.state(at: 30) })
    #expect(held.state(at: 46).to == 0)
    #expect(try Timeline(keyframes, rate: FrameRate(30)).closingFrames == nil)
    #expect(throws: TimelineError.closingTooShort(.zero)) {
      try Timeline(keyframes, rate: FrameRate(30), loop: .closed, closing: .zero)
    }
  }

  @Test func theFirstKeyframesEasingIsThatOfTheWayBack() throws {
    var keyframes = keys([0, 10])
    keyframes[0].easing = .smooth
    let loop = try Timeline(keyframes, rate: FrameRate(30), loop: .closed, closing: .frames(4))
    #expect((10..<14).map { loop.state(at: $0).progress } == [0, 0.15625, 0.5, 0.84375])
    #expect(loop.state(at: 5).progress == 0.5)
  }

  @Test func aPingpongComesBackAndShowsNeitherEndTwice() throws {
    let swing = try Timeline(keys([0, 3, 5]), rate: FrameRate(30), loop: .pingpong)
    let order = (0..<swing.count).map(swing.firstFrame)
    #expect(order == [0, 1, 2, 3, 4, 5, 4, 3, 2, 1])
    #expect(swing.pictures == 6)
    for (frame, first) in order.enumerated() { #expect(swing.state(at: frame) == swing.state(at: first)) }
  }

  /// Played on and on, each end stands as long as its hold, once; those between stand on both ways.
  @Test func aPingpongHoldsItsEndsOnce() throws {
    let keyframes = keys([0, 5, 9], holds: [2, 1, 3])
    let once = try Timeline(keyframes, rate: FrameRate(30))
    #expect((0..<once.count).map(once.firstFrame) == [0, 0, 0, 3, 4, 5, 5, 7, 8, 9, 9, 9])
    let swing = try Timeline(keyframes, rate: FrameRate(30), loop: .pingpong)
    #expect((0..<swing.count).map(swing.firstFrame) == [0, 0, 0, 3, 4, 5, 5, 7, 8, 9, 9, 9, 9, 8, 7, 5, 5, 4, 3])
  }

  @Test(arguments: Loop.allCases) func anotherLoopIsTheLoop(loop: Loop) throws {
    let keyframes = keys([0, 4, 9])
    let changed = try Timeline(keyframes, rate: FrameRate(30)).with(loop: loop)
    #expect(try changed == Timeline(keyframes, rate: FrameRate(30), loop: loop))
  }

  @Test func keyframesSpreadOverALoopOfExactlyTheFramesAsked() throws {
    for loop in Loop.allCases {
      for (count, frames) in [(2, 4), (2, 120), (3, 120), (5, 98), (7, 12)] {
        let even = try #require(Timeline.evenStarts(of: count, over: frames, loop: loop))
        var keyframes = keys(Array(0..<count))
        for (index, start) in even.starts.enumerated() { keyframes[index].start = start }
        let timeline = try Timeline(keyframes, rate: FrameRate(30), loop: loop, closing: even.closing)
        #expect(timeline.count == frames)
        let ways = zip(
          timeline.frames.dropFirst() + (timeline.closingFrames.map { [timeline.frames.last! + $0] } ?? []),
          timeline.frames
        ).map(-)
        #expect(ways.max()! - ways.min()! <= 1, "\(loop) of \(count) over \(frames)")
      }
    }
    #expect(Timeline.evenStarts(of: 3, over: 121, loop: .pingpong) == nil)
    #expect(Timeline.evenStarts(of: 3, over: 2, loop: .none) == nil)
    #expect(Timeline.evenStarts(of: 3, over: 2, loop: .closed) == nil)
    #expect(Timeline.evenStarts(of: 3, over: 2, loop: .pingpong) == nil)
  }
}

extension LoopTests {
  @Test(arguments: Loop.allCases, [[0, 0], [3, 0, 0], [0, 5, 1], [2, 4, 1, 3], [0, 0, 7, 1, 2]])
  func heldKeyframesSpreadOverExactlyTheFramesAsked(loop: Loop, holds: [Int]) throws {
    let fewest = Timeline.fewestFrames(of: holds.count, loop: loop, holds: holds)
    for frames in [fewest, fewest + 2, fewest + 10, 200 + fewest % 2] {
      let even = try #require(Timeline.evenStarts(of: holds.count, over: frames, loop: loop, holds: holds))
      var keyframes = keys(Array(0..<holds.count), holds: holds)
      for (index, start) in even.starts.enumerated() { keyframes[index].start = start }
      let timeline = try Timeline(keyframes, rate: FrameRate(30), loop: loop, closing: even.closing)
      #expect(timeline.count == frames)
      let ways =
        zip(timeline.frames.dropFirst(), timeline.holdEnds).map(-) + (timeline.closingFrames.map { [$0] } ?? [])
      #expect(ways.max()! - ways.min()! <= 1 && ways.min()! >= 1, "\(loop), \(holds) over \(frames)")
    }
    for frames in 0..<fewest {
      #expect(Timeline.evenStarts(of: holds.count, over: frames, loop: loop, holds: holds) == nil)
    }
    let odd = Timeline.evenStarts(of: holds.count, over: fewest + 1, loop: loop, holds: holds)
    #expect((odd == nil) == (loop == .pingpong))
  }
}

private func keys(_ frames: [Int], holds: [Int]? = nil) -> [Keyframe] {
  frames.enumerated().map {
    Keyframe(
      prompt: "\($0.offset)", seed: UInt64($0.offset), guidance: 4, start: .at(.frames($0.element)),
      hold: .frames(holds?[$0.offset] ?? 0))
  }
}
