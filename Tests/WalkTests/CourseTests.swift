import Diffusion
import Tensors
import Testing
import Walk

/// Where a walk leads, and how fast.
@Suite struct CourseTests {
  static let noises = (0..<5).map { seed in
    var generator = NoiseGenerator(seed: UInt64(seed))
    return generator.next(shape: [1, 4, 16, 16])
  }

  /// With legs of equal length it is the spline of Catmull and Rom, by their matrix, with mirrored end points.
  @Test func equalLegsGiveTheUniformSpline() throws {
    let points = [0.3, -1, 2, 0.5, 4]
    let timeline = try timeline([0, 40, 80, 120, 160], path: .smooth)
    let ghosts = [2 * points[0] - points[1]] + points + [2 * points[4] - points[3]]
    for frame in 0..<160 {
      let (leg, u) = (frame / 40, Double(frame % 40) / 40)
      let p = ghosts[leg...(leg + 3)].map { $0 }
      let expected =
        0.5
        * (2 * p[1] + (p[2] - p[0]) * u + (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]) * u * u
          + (3 * p[1] - p[0] - 3 * p[2] + p[3]) * u * u * u)
      #expect(abs(timeline.state(at: frame).weights.mixed { points[$0] } - expected) < 1e-12, "frame \(frame)")
    }
  }

  static let places = [[0, 800, 1600, 2400, 3200], [0, 400, 2000, 2480, 4000]]

  @Test(arguments: places, Path.allCases) func keyframesAreHitExactlyAndWeightsSumToOne(frames: [Int], path: Path)
    throws
  {
    let timeline = try timeline(frames, path: path)
    for (index, frame) in frames.enumerated() { #expect(timeline.state(at: frame).weights == [Weight(index, 1)]) }
    for frame in 0..<timeline.count {
      let weights = timeline.state(at: frame).weights
      #expect(abs(weights.reduce(0) { $0 + $1.value } - 1) < 1e-12)
      #expect(weights.map(\.keyframe) == weights.map(\.keyframe).sorted())
      #expect(weights.count <= 4 && weights.allSatisfy { $0.value > -0.15 && $0.value < 1.05 })
    }
  }

  /// The change of velocity at a keyframe, as against the velocity: a corner has about 1, whatever the frame rate.
  @Test(arguments: places) func smoothHasNoCornerAndLinearHas(frames: [Int]) throws {
    let (smooth, linear) = (try timeline(frames, path: .smooth), try timeline(frames, path: .linear))
    for keyframe in frames.dropFirst().dropLast() {
      for space in [noise(.gaussian), prompt] {
        #expect(jump(of: space, smooth, at: keyframe) < 0.06)
        #expect(jump(of: space, linear, at: keyframe) > 0.5)
      }
      #expect(jump(of: noise(.slerp), linear, at: keyframe) > 0.5)
    }
  }

  @Test func aClosedLoopHasNoCornerAtItsSeam() throws {
    for (path, isSmooth) in [(Path.smooth, true), (.linear, false)] {
      let loop = try Timeline(
        keys([0, 800, 1600, 2000]), rate: FrameRate(30), path: path, loop: .closed, closing: .frames(1200))
      for keyframe in [0, 800, 1600, 2000] {
        for space in [noise(.gaussian), prompt] {
          #expect((jump(of: space, loop, at: keyframe) < 0.06) == isSmooth)
        }
      }
    }
  }

  /// At a hold, at a turning point and beside an easing that is flat there, the first step is next to nothing.
  @Test func whereThePictureStandsTheWayBeginsAndEndsAtRest() throws {
    let held = try Timeline(keys([0, 100, 250, 400], hold: 10), rate: FrameRate(30), path: .smooth)
    for keyframe in 0..<3 {
      let leave = held.frames[keyframe] + 10
      #expect(speed(of: prompt, held, at: leave + 1) < 0.05 * speed(of: prompt, held, at: leave + 40))
      let arrive = held.frames[keyframe + 1]
      #expect(speed(of: prompt, held, at: arrive) < 0.05 * speed(of: prompt, held, at: arrive - 40))
    }
    let swing = try Timeline(keys([0, 100, 250, 400]), rate: FrameRate(30), path: .smooth, loop: .pingpong)
    for (end, middle) in [(1, 50), (400, 350), (401, 450)] {
      #expect(speed(of: prompt, swing, at: end) < 0.05 * speed(of: prompt, swing, at: middle))
    }
    var eased = keys([0, 100, 250, 400])
    eased[1].easing = .smooth
    let mixed = try Timeline(eased, rate: FrameRate(30), path: .smooth)
    #expect(speed(of: prompt, mixed, at: 101) < 0.05 * speed(of: prompt, mixed, at: 150))
  }

  @Test func easingsThatMoveAtAKeyframeMeetWithOneVelocity() throws {
    var keyframes = keys([0, 800, 2000, 3200])
    keyframes[1].easing = .easeIn
    keyframes[2].easing = .linear
    let timeline = try Timeline(keyframes, rate: FrameRate(30), path: .smooth)
    #expect(jump(of: prompt, timeline, at: 800) < 0.06)
  }

  @Test func guidanceStaysBetweenItsKeyframes() throws {
    var keyframes = keys([0, 50, 100, 150])
    for (index, guidance) in [4.0, 4, 9, 1].enumerated() { keyframes[index].guidance = .constant(guidance) }
    let timeline = try Timeline(keyframes, rate: FrameRate(30), path: .smooth)
    #expect((0...50).allSatisfy { timeline.state(at: $0).guidance == 4 })
    #expect((0..<timeline.count).allSatisfy { (1...9).contains(timeline.state(at: $0).guidance) })
  }

  /// Every frame of five independent noises' walk is noise; the straight line's loses half its variance on the way.
  @Test(arguments: Path.allCases) func everyFrameOfAGaussianWalkIsNoise(path: Path) throws {
    let timeline = try timeline([0, 10, 25, 30, 45], path: path)
    let n = Double(Self.noises[0].count)
    var lowest = Double.infinity
    for frame in 0..<timeline.count {
      let values = noise(.gaussian)(timeline.state(at: frame))
      let mean = values.reduce(0, +) / n
      let variance = values.reduce(0) { $0 + $1 * $1 } / n - mean * mean
      // Four standard errors of both.
      #expect(abs(mean) < 4 / n.squareRoot() && abs(variance - 1) < 4 * (2 / n).squareRoot(), "frame \(frame)")
      let line = noise(.lerp)(timeline.state(at: frame))
      lowest = min(lowest, line.reduce(0) { $0 + $1 * $1 } / n)
    }
    #expect(lowest < 0.6)
  }

  // MARK: - Spaces that a walk leads through

  typealias Space = (WalkState) -> [Double]

  private func noise(_ mix: Mix) -> Space {
    { state in mix(state.weights.map { ($0.value, Self.noises[$0.keyframe]) }).values.map(Double.init) }
  }

  /// Prompts that share most of what they say, as encoded prompts do.
  private var prompt: Space {
    { state in
      let mixed = Mix.lerp(
        state.weights.map { weight in
          let own = Self.noises[weight.keyframe].values
          return (weight.value, NDArray(zip(own, Self.noises[0].values).map { 0.3 * $0 + $1 }, shape: [own.count]))
        })
      return mixed.values.map(Double.init)
    }
  }

  private func step(of space: Space, _ timeline: Timeline, at frame: Int) -> [Double] {
    let before = (frame + timeline.count - 1) % timeline.count
    return zip(space(timeline.state(at: frame % timeline.count)), space(timeline.state(at: before))).map(-)
  }

  private func speed(of space: Space, _ timeline: Timeline, at frame: Int) -> Double {
    step(of: space, timeline, at: frame).length
  }

  private func jump(of space: Space, _ timeline: Timeline, at frame: Int) -> Double {
    let (before, after) = (step(of: space, timeline, at: frame), step(of: space, timeline, at: frame + 1))
    return zip(after, before).map(-).length / ((after.length + before.length) / 2)
  }
}

private func keys(_ frames: [Int], hold: Int = 0) -> [Keyframe] {
  frames.enumerated().map {
    Keyframe(
      prompt: "\($0.offset)", seed: UInt64($0.offset), guidance: 4, start: .at(.frames($0.element)), hold: .frames(hold)
    )
  }
}

private func timeline(_ frames: [Int], path: Path) throws -> Timeline {
  try Timeline(keys(frames), rate: FrameRate(30), path: path)
}

extension [Double] {
  fileprivate var length: Double { reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
