/// What the film shows at one moment, and how it gets there.
public struct Keyframe: Sendable, Hashable {
  public var prompt: String
  /// What guidance leads away from.
  public var negative: String
  /// The seed of the noise that the picture is made of.
  public var seed: UInt64
  /// The strength of classifier-free guidance; 1 is none.
  public var guidance: Double
  /// When the film reaches this keyframe.
  public var start: Start
  /// How long the picture then stands.
  public var hold: Time
  /// The curve of the way from the keyframe before to this one.
  public var easing: Easing

  public enum Start: Sendable, Hashable {
    /// Counted from the film's beginning.
    case at(Time)
    /// Counted from the end of the hold of the keyframe before.
    case after(Time)
  }

  public init(
    prompt: String, negative: String = "", seed: UInt64, guidance: Double, start: Start,
    hold: Time = .zero, easing: Easing = .linear
  ) {
    self.prompt = prompt
    self.negative = negative
    self.seed = seed
    self.guidance = guidance
    self.start = start
    self.hold = hold
    self.easing = easing
  }
}
