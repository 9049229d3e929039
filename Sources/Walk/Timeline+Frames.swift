extension Timeline {
  /// What the film shows at a frame, 0 to `count` − 1: a pure function. Frames that are to be spaced evenly have to be
  /// `placed(by:)` a survey; until then they follow the clock.
  public func state(at frame: Int) -> WalkState {
    let frame = outward(frame)
    let keyframe = keyframe(before: frame)
    let time = time(at: frame)
    guard frame > holdEnds[keyframe], keyframe < legs.count else {
      return WalkState(at: keyframe, of: keyframes, time)
    }
    let leg = legs[keyframe]
    return state(
      leg: keyframe, at: positions?[keyframe][frame - leg.begin - 1] ?? leg.easing(time.t), time)
  }

  /// What the walk shows at `progress` of the way that leads away from a keyframe; its formulas at `time`, or where
  /// time and progress are one.
  func state(leg: Int, at progress: Double, _ time: FrameTime? = nil) -> WalkState {
    let frame = Double(legs[leg].begin) + progress * Double(legs[leg].length)
    let time = time ?? self.time(frame: frame, t: progress)
    return WalkState(
      from: legs[leg].from, to: legs[leg].to, progress: progress, weights: course.weights(leg: leg, at: progress),
      of: keyframes, time)
  }

  /// The first frame that shows the same picture as a frame: that of the keyframe in a hold, unless a formula goes on
  /// there, and that of the way out on the way back of a pingpong.
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
    // frames[0] is 0.
    var (low, high) = (0, frames.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if frames[middle] <= frame { low = middle } else { high = middle }
    }
    return low
  }
}
