internal import Diffusion

/// The noises that one frame draws: the first, then one for each step of a sampler that wants them.
///
/// Each keyframe's seed starts a generator, and every draw of all is mixed like the first: the step noise
/// changes as smoothly along the film as the noise that the picture begins with. Keyframes of one origin count
/// as one, so that a walk between them stays at one noise.
struct WalkNoise {
  private var origins: [Mix.Part<(generator: NoiseGenerator, picture: Latent?, strength: Double)>]
  private let mix: Mix
  private let shape: [Int]
  private var drawn: [Latent] = []

  init(_ state: WalkState, of keyframes: [Keyframe], _ pictures: InvertedPictures, mix: Mix, shape: [Int]) throws {
    let strengths = Dictionary(uniqueKeysWithValues: zip(state.weights.map(\.keyframe), state.strengths))
    let merged = state.weights.merged { index in
      Origin(
        seed: UInt32(truncatingIfNeeded: keyframes[index].seed), picture: pictures.place(of: index),
        strength: strengths[index]!)
    }
    origins = try merged.map { origin, weight in
      let picture = try pictures.noise(origin.picture)
      return (weight, (NoiseGenerator(seed: UInt64(origin.seed)), picture, origin.strength))
    }
    self.mix = mix
    self.shape = shape
  }

  /// Draw number `index`; 0 is the noise that the picture begins with.
  mutating func callAsFunction(_ index: Int) -> Latent {
    while drawn.count <= index {
      let noises = origins.indices.map { (origins[$0].weight, origins[$0].value.generator.next(shape: shape)) }
      drawn.append(drawn.isEmpty ? first(noises) : mix(noises))
    }
    return drawn[index]
  }

  /// What the picture begins with: a keyframe's picture stands in for as much of its seed's noise as it is strong.
  private func first(_ noises: [Mix.Part<Latent>]) -> Latent {
    guard origins.contains(where: { $0.value.picture != nil }) else { return mix(noises) }
    return mix.keepingStatistics(
      zip(origins, noises).map { origin, noise in
        guard let picture = origin.value.picture else { return noise }
        let strength = origin.value.strength
        return (noise.weight, mix.keepingStatistics([(1 - strength, noise.value), (strength, picture)]))
      })
  }

  /// Equal origins give equal noise.
  private struct Origin: Hashable {
    /// Seeds that agree in the bits that a generator takes are one seed.
    let seed: UInt32
    let picture: Int?
    let strength: Double
  }
}
