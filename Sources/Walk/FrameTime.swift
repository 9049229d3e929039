/// When a frame is shown, in the units that formulas know.
public struct FrameTime: Sendable, Hashable {
  /// How much of the time between two keyframes has passed, 0 to 1; 0 on a keyframe and as long as it stands, and 1 on
  /// a last one, from which no way leads on.
  public let t: Double
  /// The frame, counted from 0.
  public let frame: Double
  /// From the film's beginning.
  public let seconds: Double
  /// From the film's beginning; nil without a tempo.
  public let beat: Double?

  /// The film's first frame, for pictures beside every film.
  static let beginning = FrameTime(t: 0, frame: 0, seconds: 0, beat: 0)

  public init(t: Double, frame: Double, seconds: Double, beat: Double?) {
    self.t = t
    self.frame = frame
    self.seconds = seconds
    self.beat = beat
  }
}

extension Timeline {
  /// When a frame is shown; on the way back of a pingpong, when it was shown on the way out.
  func time(at frame: Int) -> FrameTime {
    let frame = outward(frame)
    let keyframe = keyframe(before: frame)
    guard keyframe < legs.count else { return time(frame: Double(frame), t: 1) }
    let leg = legs[keyframe]
    return time(frame: Double(frame), t: max(0, Double(frame - leg.begin) / Double(leg.length)))
  }

  /// The time at a frame or between two.
  func time(frame: Double, t: Double) -> FrameTime {
    let seconds = frame / rate.perSecond.double
    return FrameTime(t: t, frame: frame, seconds: seconds, beat: beatsPerMinute.map { seconds * $0.double / 60 })
  }
}
