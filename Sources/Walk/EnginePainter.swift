public import Diffusion
public import Pixels

/// An engine that paints at one size, in one way.
public struct EnginePainter: Painter {
  public let noiseShape: [Int]
  public let picturesAtOnce: Int
  /// Evaluations of the network in a whole run.
  let evaluations: Int
  private let width: Int
  private let height: Int
  private let engine: Engine
  private let sampling: Sampling

  /// `width` and `height` in pixels. Of `sampling` all is used but the guidance, which the walk gives for each frame.
  public init(_ engine: Engine, width: Int, height: Int, sampling: Sampling) throws {
    evaluations = try engine.sampler(sampling.scheduler, steps: sampling.steps).timesteps.count
    noiseShape = try engine.latentShape(width: width, height: height)
    picturesAtOnce = engine.picturesAtOnce(width: width, height: height)
    self.width = width
    self.height = height
    self.engine = engine
    self.sampling = sampling
  }

  public func encode(_ prompts: [(prompt: String, negative: String)]) throws -> [Conditioning] {
    try engine.encode(prompts)
  }

  /// Evaluations that lead a picture back to noise.
  var evaluationsOfInversion: Int { evaluations * Inversion().evaluations }

  /// Throws where the sampler's steps cannot be undone, before there is a picture to lead back.
  func checkInversion() throws { try engine.checkInversion(by: sampling) }

  /// Throws where the sampler's steps cannot be undone; see `Engine.invert`.
  public func noise(of picture: Image, _ conditioning: Conditioning, guidance: Double) throws -> Latent {
    try engine.invert(
      engine.encode(picture.covering(width: width, height: height)), conditioning, sampling(guidance))
  }

  public func paint(
    _ noise: Latent, _ conditioning: Conditioning, guidance: Double, stepNoise: (_ step: Int) -> Latent
  ) throws -> Image {
    try engine.decode(engine.denoise(noise, conditioning, sampling(guidance), stepNoise: stepNoise))
  }
}

/// Runs that stop on their way and go on from others.
extension EnginePainter {
  /// A run from noise.
  func begin(_ noise: Latent, _ conditioning: Conditioning, guidance: Double) throws -> Denoising {
    try engine.denoising(noise, [conditioning], sampling(guidance))
  }

  /// A run that goes on from where another stood.
  func resume(_ standing: Standing, _ conditioning: Conditioning, guidance: Double) -> Denoising {
    engine.denoising(from: standing, [conditioning], sampling(guidance))
  }

  /// The picture of a run that has come to its end.
  func picture(of latent: Latent) throws -> Image { try engine.decode(latent) }

  private func sampling(_ guidance: Double) -> Sampling {
    var sampling = sampling
    sampling.guidance = guidance
    return sampling
  }
}
