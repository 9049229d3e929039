extension Timeline {
  /// `wanted` of `count` frames, evenly spaced from the first to the last; both at least two, `wanted` the fewer.
  public static func evenFrames(_ wanted: Int, of count: Int) -> [Int] {
    precondition(wanted >= 2 && wanted <= count, "\(wanted) of \(count) frames")
    return (0..<wanted).map { Rational($0 * (count - 1), wanted - 1).rounded }
  }

  /// Keyframes spread evenly over a film of exactly `frames` frames; nil where they do not fit.
  ///
  /// Without a loop the last keyframe is the last frame. A closed loop has as many ways as keyframes, the last of them
  /// `closing`. A pingpong shows all but its two ends twice, so `frames` is even.
  public static func evenStarts(
    of keyframes: Int, over frames: Int, loop: Loop = .none
  ) -> (starts: [Keyframe.Start], closing: Time?)? {
    guard keyframes >= 2, frames >= 2 else { return nil }
    let places: [Int]
    switch loop {
    case .none:
      guard frames >= keyframes else { return nil }
      places = evenFrames(keyframes, of: frames)
    case .closed:
      guard frames >= keyframes else { return nil }
      places = (0..<keyframes).map { Rational($0 * frames, keyframes).rounded }
    case .pingpong:
      guard frames.isMultiple(of: 2), frames / 2 + 1 >= keyframes else { return nil }
      places = evenFrames(keyframes, of: frames / 2 + 1)
    }
    return (places.map { .at(.frames($0)) }, loop == .closed ? .frames(frames - places[keyframes - 1]) : nil)
  }
}
