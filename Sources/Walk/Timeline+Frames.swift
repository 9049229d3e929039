extension Timeline {
  /// What the film shows at a frame, 0 to `count` − 1: a pure function.
  public func state(at frame: Int) -> WalkState {
    let frame = outward(frame)
    let keyframe = keyframe(before: frame)
    let moment = moment(at: frame)
    guard frame > holdEnds[keyframe], keyframe < legs.count else {
      return WalkState(at: keyframe, of: keyframes, moment)
    }
    return state(leg: keyframe, at: legs[keyframe].easing(moment.t), moment)
  }

  /// What the walk shows at `progress` of the way that leads away from a keyframe; its formulas at `moment`, or where
  /// time and progress are one.
  func state(leg: Int, at progress: Double, _ moment: Moment? = nil) -> WalkState {
    let frame = Double(legs[leg].begin) + progress * Double(legs[leg].length)
    let moment = moment ?? self.moment(frame: frame, t: progress)
    return WalkState(
      from: legs[leg].from, to: legs[leg].to, progress: progress, weights: course.weights(leg: leg, at: progress),
      of: keyframes, moment)
  }

  /// The first frame that shows the same picture as a frame: that of the keyframe in a hold without formulas, and that of the way out on
  /// the way back of a pingpong.
  public func firstFrame(showing frame: Int) -> Int {
    let frame = outward(frame)
    let keyframe = keyframe(before: frame)
    let isHeld = frame <= holdEnds[keyframe] && state(at: frame) == state(at: frames[keyframe])
    return isHeld ? frames[keyframe] : frame
  }

  /// How many different pictures the film shows.
  public var pictures: Int { (0..<count).count { firstFrame(showing: $0) == $0 } }

  /// The frame of the way out that shows the same.
  func outward(_ frame: Int) -> Int {
    precondition((0..<count).contains(frame), "frame \(frame) of \(count)")
    let (last, turn) = (frames[frames.count - 1], holdEnds[holdEnds.count - 1])
    return loop == .pingpong && frame > turn ? last - (frame - turn) : frame
  }

  /// The last keyframe that is reached by then.
  func keyframe(before frame: Int) -> Int {
    frames.lastIndex { $0 <= frame }!  // frames[0] is 0
  }
}
