/// What the film shows at one moment, and how it gets there.
public struct Keyframe: Sendable, Hashable {
  public var prompt: String
  /// What guidance leads away from.
  public var negative: String
  /// The seed of the noise that the picture is made of.
  public var seed: UInt64
  /// A picture that the keyframe shows; nil where the seed alone decides.
  public var picture: KeyframePicture?
  /// How much of the noise is the picture's, 0 to 1; the rest is the seed's. At 1 the keyframe shows the picture.
  public var strength: Quantity
  /// The strength of classifier-free guidance; 1 is none.
  public var guidance: Quantity
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
    prompt: String, negative: String = "", seed: UInt64, picture: KeyframePicture? = nil, strength: Quantity = 1,
    guidance: Quantity, start: Start, hold: Time = .zero, easing: Easing = .linear
  ) {
    self.prompt = prompt
    self.negative = negative
    self.seed = seed
    self.picture = picture
    self.strength = strength
    self.guidance = guidance
    self.start = start
    self.hold = hold
    self.easing = easing
  }

  /// A keyframe whose guidance is one number.
  public init(
    prompt: String, negative: String = "", seed: UInt64, guidance: Double, start: Start, hold: Time = .zero,
    easing: Easing = .linear
  ) {
    self.init(
      prompt: prompt, negative: negative, seed: seed, guidance: .constant(guidance), start: start, hold: hold,
      easing: easing)
  }
}
