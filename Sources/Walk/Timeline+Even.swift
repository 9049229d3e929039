extension Timeline {
  /// `wanted` of `count` frames, evenly spaced from the first to the last; both at least two, `wanted` the fewer.
  public static func evenFrames(_ wanted: Int, of count: Int) -> [Int] {
    precondition(wanted >= 2 && wanted <= count, "\(wanted) of \(count) frames")
    return (0..<wanted).map { Rational($0 * (count - 1), wanted - 1).rounded }
  }

  /// Keyframes spread evenly over a film of exactly `frames` frames; nil where they do not fit.
  ///
  /// `holds` says for how many frames each stands; the ways between are as long as one another. Without a loop the last
  /// keyframe is the last frame. A closed loop has as many ways as keyframes, the last of them `closing`. A pingpong
  /// shows all but its two ends twice, so `frames` is even but for what those ends hold.
  public static func evenStarts(
    of keyframes: Int, over frames: Int, loop: Loop = .none, holds: [Int]? = nil
  ) -> (starts: [Keyframe.Start], closing: Time?)? {
    guard keyframes >= 2 else { return nil }
    let holds = holds ?? Array(repeating: 0, count: keyframes)
    let still = stillFrames(holds, loop: loop)
    let ways = loop == .closed ? keyframes : keyframes - 1
    var moving = frames - still
    if loop == .pingpong {
      guard moving.isMultiple(of: 2) else { return nil }
      moving /= 2
    }
    guard moving >= ways else { return nil }
    var held = 0
    let places = holds.enumerated().map { index, hold in
      defer { held += hold }
      return Rational(index * moving, ways).rounded + held
    }
    return (
      places.map { .at(.frames($0)) },
      loop == .closed ? .frames(frames - places[keyframes - 1] - holds[keyframes - 1]) : nil
    )
  }

  /// The fewest frames over which `evenStarts` spreads keyframes.
  public static func fewestFrames(of keyframes: Int, loop: Loop, holds: [Int]) -> Int {
    let ways = loop == .closed ? keyframes : keyframes - 1
    return stillFrames(holds, loop: loop) + (loop == .pingpong ? 2 * ways : ways)
  }

  /// How many of a film's frames are on no way.
  private static func stillFrames(_ holds: [Int], loop: Loop) -> Int {
    let (all, first, last) = (holds.reduce(0, +), holds[0], holds[holds.count - 1])
    return switch loop {
    // A last keyframe that is not held is a frame nevertheless.
    case .none: all + (last == 0 ? 1 : 0)
    case .closed: all
    case .pingpong: 2 * all - first - last
    }
  }
}
