/// Keyframes placed on exact frames of one rational clock.
///
/// A keyframe at time T stands on frame round(T × frames per second); times add up as fractions and are
/// rounded once, so nothing drifts. Every keyframe is one frame of the film, the first one its first.
/// The film ends with the last keyframe, or with the end of its hold.
public struct Timeline: Sendable, Hashable {
  public let keyframes: [Keyframe]
  public let rate: FrameRate
  /// The frame on which each keyframe stands: rising, from 0.
  public let frames: [Int]
  /// The last frame before each keyframe's picture begins to change; its own frame where there is no hold.
  public let holdEnds: [Int]
  /// How many frames the film has.
  public let count: Int

  /// The longest film: 10 million frames, four days at 30 frames a second.
  public static let longest = 10_000_000

  /// Places the keyframes; two at least.
  ///
  /// Throws where a keyframe would not come after the one before it and its hold, where guidance is no
  /// number, where beats are used without `beatsPerMinute`, and where the film would be longer than `longest`.
  public init(_ keyframes: [Keyframe], rate: FrameRate, beatsPerMinute: Rational? = nil) throws(TimelineError) {
    guard keyframes.count >= 2 else { throw .tooFewKeyframes(keyframes.count) }
    let clock = Clock(rate: rate, beatsPerMinute: beatsPerMinute)
    var (frames, holdEnds): ([Int], [Int]) = ([], [])
    var now = Rational(0)
    for (index, keyframe) in keyframes.enumerated() {
      func time(_ time: Time, from origin: Rational, _ part: TimelineError.Part) throws(TimelineError) -> Rational {
        guard time.unit != .beats || beatsPerMinute != nil else { throw .beatsWithoutTempo(index, part, time) }
        guard let sum = clock.seconds(time)?.plus(origin), let frame = clock.frame(at: sum), frame < Self.longest
        else { throw .tooLong(index, part, time) }
        return sum
      }
      guard keyframe.guidance.isFinite else { throw .guidance(index, keyframe.guidance) }
      let start: Rational
      switch keyframe.start {
      case .at(let moment): start = try time(moment, from: Rational(0), .start)
      case .after(let wait): start = try time(wait, from: now, .start)
      }
      now = try time(keyframe.hold, from: start, .hold)
      guard let frame = clock.frame(at: start), let holdEnd = clock.frame(at: now) else {
        preconditionFailure("times were checked to fit")
      }
      if let before = holdEnds.last {
        guard frame > before else {
          throw .notAfter(index, frame: frame, keyframe: frames[index - 1], holdEnd: before)
        }
      } else if frame != 0 {
        throw .firstNotAtZero(frame: frame)
      }
      frames.append(frame)
      holdEnds.append(holdEnd)
    }
    self.keyframes = keyframes
    self.rate = rate
    self.frames = frames
    self.holdEnds = holdEnds
    count = max(frames[frames.count - 1] + 1, holdEnds[holdEnds.count - 1])
  }

  /// `wanted` of `count` frames, evenly spaced from the first to the last; both at least two, `wanted` the fewer.
  public static func evenFrames(_ wanted: Int, of count: Int) -> [Int] {
    precondition(wanted >= 2 && wanted <= count, "\(wanted) of \(count) frames")
    return (0..<wanted).map { Rational($0 * (count - 1), wanted - 1).rounded }
  }

  /// Keyframes spread evenly over a film of `frames` frames, from its first to its last; nil where they do not fit.
  public static func evenStarts(of keyframes: Int, over frames: Int) -> [Keyframe.Start]? {
    guard keyframes >= 2, frames >= keyframes else { return nil }
    return evenFrames(keyframes, of: frames).map { .at(.frames($0)) }
  }

  /// The length of the film in seconds.
  public var seconds: Double { (Rational(count).times(rate.perSecond.inverse) ?? Rational(0)).double }

  /// What the film shows at a frame, 0 to `count` − 1: a pure function.
  public func state(at frame: Int) -> WalkState {
    precondition((0..<count).contains(frame), "frame \(frame) of \(count)")
    let from = frames.lastIndex { $0 <= frame }!  // frames[0] is 0
    if frame <= holdEnds[from] || from == frames.count - 1 { return WalkState(at: from, of: keyframes) }
    let elapsed = Double(frame - holdEnds[from])
    let length = Double(frames[from + 1] - holdEnds[from])
    return WalkState(from: from, progress: keyframes[from + 1].easing(elapsed / length), of: keyframes)
  }
}

/// Turns times into frames.
private struct Clock {
  let rate: FrameRate
  let beatsPerMinute: Rational?

  func seconds(_ time: Time) -> Rational? {
    switch time.unit {
    case .seconds: time.amount
    case .frames: time.amount.times(rate.perSecond.inverse)
    case .beats: beatsPerMinute.flatMap { Rational(60).times($0.inverse)?.times(time.amount) }
    }
  }

  func frame(at seconds: Rational) -> Int? {
    seconds.times(rate.perSecond)?.rounded
  }
}
