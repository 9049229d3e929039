/// Keyframes on their frames.
struct Placing {
  /// The frame of each keyframe.
  private(set) var frames: [Int] = []
  /// The last frame of each keyframe's hold.
  private(set) var holdEnds: [Int] = []
  /// Where a closed loop is back at the first keyframe; nil for other walks.
  private(set) var closingEnd: Int?

  init(_ keyframes: [Keyframe], _ clock: Clock, loop: Loop, closing: Time?) throws(TimelineError) {
    var now = Rational(0)
    for (index, keyframe) in keyframes.enumerated() {
      let start: Rational
      switch keyframe.start {
      case .at(let moment): start = try clock.moment(moment, after: Rational(0), index, .start)
      case .after(let wait): start = try clock.moment(wait, after: now, index, .start)
      }
      now = try clock.moment(keyframe.hold, after: start, index, .hold)
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
    guard loop == .closed else { return }
    let last = holdEnds[holdEnds.count - 1]
    guard let closing else {
      let way = zip(frames.dropFirst(), holdEnds).reduce(0) { $0 + $1.0 - $1.1 }
      closingEnd = last + Rational(way, frames.count - 1).rounded
      return
    }
    let end = try clock.moment(closing, after: now, keyframes.count - 1, .closing)
    guard let frame = clock.frame(at: end), frame > last else { throw .closingTooShort(closing) }
    closingEnd = frame
  }
}
