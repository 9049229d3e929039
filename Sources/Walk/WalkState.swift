/// What the film shows at one frame: two keyframes and the way between them.
///
/// Frames of equal state are the same picture.
public struct WalkState: Sendable, Hashable {
  /// The keyframe that the film comes from.
  public let from: Int
  /// The keyframe that it goes to; `from` itself while a keyframe stands.
  public let to: Int
  /// How far it has come, 0 to 1, easing included.
  public let progress: Double
  public let guidance: Double

  /// On a keyframe.
  init(at index: Int, of keyframes: [Keyframe]) {
    from = index
    to = index
    progress = 0
    guidance = keyframes[index].guidance
  }

  /// Between a keyframe and the next.
  init(from index: Int, progress: Double, of keyframes: [Keyframe]) {
    from = index
    to = index + 1
    self.progress = progress
    guidance = (1 - progress) * keyframes[index].guidance + progress * keyframes[index + 1].guidance
  }
}
