internal import Diffusion

/// The noises that one frame draws: the first, then one for each step of a sampler that wants them.
///
/// Each keyframe's seed starts a generator, and every draw of all is mixed like the first: the step noise
/// changes as smoothly along the film as the noise that the picture begins with. Keyframes of one seed count
/// as one, so that a walk between them stays at one noise.
struct WalkNoise {
  private var generators: [Mix.Part<NoiseGenerator>]
  private let mix: Mix
  private let shape: [Int]
  private var drawn: [Latent] = []

  init(_ weights: [Weight], of keyframes: [Keyframe], mix: Mix, shape: [Int]) {
    // Seeds that agree in the bits that a generator takes are one seed.
    generators = weights.merged { UInt32(truncatingIfNeeded: keyframes[$0].seed) }
      .map { ($0.weight, NoiseGenerator(seed: UInt64($0.key))) }
    self.mix = mix
    self.shape = shape
  }

  /// Draw number `index`; 0 is the noise that the picture begins with.
  mutating func callAsFunction(_ index: Int) -> Latent {
    while drawn.count <= index {
      drawn.append(mix(generators.indices.map { (generators[$0].weight, generators[$0].value.next(shape: shape)) }))
    }
    return drawn[index]
  }
}
