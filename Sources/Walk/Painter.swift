public import Diffusion
public import Pixels

/// What a walk asks of the engine: one size and one way of sampling, chosen beforehand.
public protocol Painter: Sendable {
  /// The shape of the noise that a picture begins with.
  var noiseShape: [Int] { get }

  /// How many pictures are best painted at the same time, each by its own call.
  var picturesAtOnce: Int { get }

  /// Encodes prompts with their negative prompts, all to one length, so that they can be mixed.
  func encode(_ prompts: [(prompt: String, negative: String)]) throws -> [Conditioning]

  /// The noise from which `paint` makes the picture, scaled and cut to the painter's size.
  func noise(of picture: Image, _ conditioning: Conditioning, guidance: Double) throws -> Latent

  /// Makes a picture of noise.
  ///
  /// Samplers that add noise on their way take it from `stepNoise`: standard normal noise of `noiseShape`
  /// for a step, 0 being the first.
  func paint(
    _ noise: Latent, _ conditioning: Conditioning, guidance: Double, stepNoise: (_ step: Int) -> Latent
  ) throws -> Image
}
