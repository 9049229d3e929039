/// When a frame is shown, in the units that formulas know.
public struct Moment: Sendable, Hashable {
  /// How much of the time between two keyframes has passed, 0 to 1; 0 on a keyframe and as long as it stands, and 1 on
  /// a last one, from which no way leads on.
  public let t: Double
  /// The frame, counted from 0.
  public let frame: Double
  /// From the film's beginning.
  public let seconds: Double
  /// From the film's beginning; nil without a tempo.
  public let beat: Double?

  public init(t: Double, frame: Double, seconds: Double, beat: Double?) {
    self.t = t
    self.frame = frame
    self.seconds = seconds
    self.beat = beat
  }
}

extension Timeline {
  /// When a frame is shown; on the way back of a pingpong, when it was shown on the way out.
  func moment(at frame: Int) -> Moment {
    let frame = outward(frame)
    let keyframe = keyframe(before: frame)
    guard keyframe < legs.count else { return moment(frame: Double(frame), t: 1) }
    let leg = legs[keyframe]
    return moment(frame: Double(frame), t: max(0, Double(frame - leg.begin) / Double(leg.length)))
  }

  /// The moment at a frame or between two.
  func moment(frame: Double, t: Double) -> Moment {
    let seconds = frame / rate.perSecond.double
    return Moment(t: t, frame: frame, seconds: seconds, beat: beatsPerMinute.map { seconds * $0.double / 60 })
  }
}
