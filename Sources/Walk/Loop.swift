/// What comes after the last keyframe.
public enum Loop: String, Sendable, CaseIterable {
  /// Nothing: the film ends.
  case none
  /// A way back to the first keyframe. The film's last frame is the last before it, so that a player that begins anew
  /// shows no picture twice.
  case closed
  /// The way back through all keyframes. Neither end is shown twice, so that a player that begins anew swings on.
  case pingpong
}
