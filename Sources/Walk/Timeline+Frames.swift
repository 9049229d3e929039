extension Timeline {
  /// What the film shows at a frame, 0 to `count` − 1: a pure function.
  public func state(at frame: Int) -> WalkState {
    let frame = outward(frame)
    let keyframe = keyframe(before: frame)
    guard frame > holdEnds[keyframe], keyframe < legs.count else { return WalkState(at: keyframe, of: keyframes) }
    let leg = legs[keyframe]
    return state(leg: keyframe, at: leg.easing(Double(frame - leg.begin) / Double(leg.length)))
  }

  /// What the walk shows at `progress` of the way that leads away from a keyframe.
  func state(leg: Int, at progress: Double) -> WalkState {
    WalkState(
      from: legs[leg].from, to: legs[leg].to, progress: progress, weights: course.weights(leg: leg, at: progress),
      of: keyframes)
  }

  /// The first frame that shows the same picture as a frame: that of the keyframe in a hold, and that of the way out on
  /// the way back of a pingpong.
  public func firstFrame(showing frame: Int) -> Int {
    let frame = outward(frame)
    let keyframe = keyframe(before: frame)
    return frame <= holdEnds[keyframe] ? frames[keyframe] : frame
  }

  /// How many different pictures the film shows.
  public var pictures: Int { (0..<count).count { firstFrame(showing: $0) == $0 } }

  /// The frame of the way out that shows the same.
  private func outward(_ frame: Int) -> Int {
    precondition((0..<count).contains(frame), "frame \(frame) of \(count)")
    let (last, turn) = (frames[frames.count - 1], holdEnds[holdEnds.count - 1])
    return loop == .pingpong && frame > turn ? last - (frame - turn) : frame
  }

  /// The last keyframe that is reached by then.
  private func keyframe(before frame: Int) -> Int {
    frames.lastIndex { $0 <= frame }!  // frames[0] is 0
  }
}
