/// Keyframes placed on exact frames of one rational clock.
///
/// A keyframe at time T stands on frame round(T × frames per second); times add up as fractions and are
/// rounded once, so nothing drifts. Every keyframe is one frame of the film, the first one its first.
/// The film ends with the last keyframe, or with the end of its hold, unless it loops.
public struct Timeline: Sendable, Hashable {
  public let keyframes: [Keyframe]
  public let rate: FrameRate
  public let beatsPerMinute: Rational?
  public let path: Path
  public let loop: Loop
  public let spacing: Spacing
  /// How long a closed loop takes from the last keyframe back to the first; nil is as long as the other ways on average.
  public let closing: Time?
  /// The frame on which each keyframe stands: rising, from 0.
  public internal(set) var frames: [Int]
  /// The last frame before each keyframe's picture begins to change; its own frame where there is no hold.
  public internal(set) var holdEnds: [Int]
  /// How many frames the film has.
  public let count: Int
  /// The ways between keyframes; leg i leads away from keyframe i.
  var legs: [Leg]
  let course: Course
  /// The progress of each leg's frames, where a survey has placed them.
  var positions: [[Double]]?

  /// The longest film: 10 million frames, four days at 30 frames a second.
  public static let longest = 10_000_000

  /// Places the keyframes; two at least. `closing` has a meaning for a closed loop only.
  ///
  /// Throws where a keyframe would not come after the one before it and its hold, where guidance is no
  /// number, where beats are used without `beatsPerMinute`, and where the film would be longer than `longest`.
  public init(
    _ keyframes: [Keyframe], rate: FrameRate, beatsPerMinute: Rational? = nil, path: Path = .linear,
    loop: Loop = .none, closing: Time? = nil, spacing: Spacing = .time
  ) throws(TimelineError) {
    guard keyframes.count >= 2 else { throw .tooFewKeyframes(keyframes.count) }
    let clock = Clock(rate: rate, beatsPerMinute: beatsPerMinute)
    let placing = try Placing(keyframes, clock, loop: loop, closing: closing)
    (frames, holdEnds) = (placing.frames, placing.holdEnds)
    self.keyframes = keyframes
    self.rate = rate
    self.beatsPerMinute = beatsPerMinute
    self.path = path
    self.loop = loop
    self.spacing = spacing
    self.closing = loop == .closed ? closing : nil
    let (last, lastHoldEnd) = (frames[frames.count - 1], holdEnds[holdEnds.count - 1])
    count =
      switch loop {
      case .none: max(last + 1, lastHoldEnd)
      case .closed: placing.closingEnd!
      case .pingpong: lastHoldEnd + last - holdEnds[0]
      }
    guard count <= Self.longest else { throw .tooLong(keyframes.count - 1, .hold, .frames(count)) }
    /// Frames that are spaced evenly have no use for a curve of time.
    func easing(to keyframe: Int) -> Easing { spacing == .time ? keyframes[keyframe].easing : .linear }
    var legs = (1..<keyframes.count).map {
      Leg(from: $0 - 1, to: $0, begin: placing.holdEnds[$0 - 1], end: placing.frames[$0], easing: easing(to: $0))
    }
    if let end = placing.closingEnd {
      legs.append(Leg(from: legs.count, to: 0, begin: lastHoldEnd, end: end, easing: easing(to: 0)))
    }
    self.legs = legs
    course = Course(legs, path: path, loop: loop) { placing.holdEnds[$0] > placing.frames[$0] }
    try checkQuantities()
  }

  /// The same keyframes along another path, with another loop, or spaced in another way.
  public func with(
    path: Path? = nil, loop: Loop? = nil, spacing: Spacing? = nil
  ) throws(TimelineError) -> Timeline {
    try Timeline(
      keyframes, rate: rate, beatsPerMinute: beatsPerMinute, path: path ?? self.path, loop: loop ?? self.loop,
      closing: closing, spacing: spacing ?? self.spacing)
  }

  /// How many frames a closed loop takes from the end of the last keyframe's hold to the first frame; nil for others.
  public var closingFrames: Int? { loop == .closed ? legs[legs.count - 1].length : nil }

  /// The length of the film in seconds.
  public var seconds: Double { (Rational(count).times(rate.perSecond.inverse) ?? Rational(0)).double }
}
