internal import Diffusion

/// The noises that one frame draws: the first, then one for each step of a sampler that wants them.
///
/// Each keyframe's seed starts a generator, and every draw of both is mixed like the first: the step noise
/// changes as smoothly along the film as the noise that the picture begins with.
struct WalkNoise {
  private var from: NoiseGenerator
  private var to: NoiseGenerator?
  private let progress: Double
  private let mix: Mix
  private let shape: [Int]
  private var drawn: [Latent] = []

  init(_ state: WalkState, of keyframes: [Keyframe], mix: Mix, shape: [Int]) {
    let (a, b) = (keyframes[state.from].seed, keyframes[state.to].seed)
    from = NoiseGenerator(seed: a)
    to = a == b ? nil : NoiseGenerator(seed: b)
    progress = state.progress
    self.mix = mix
    self.shape = shape
  }

  /// Draw number `index`; 0 is the noise that the picture begins with.
  mutating func callAsFunction(_ index: Int) -> Latent {
    while drawn.count <= index {
      let a = from.next(shape: shape)
      let b = to?.next(shape: shape)
      drawn.append(b.map { mix(a, $0, progress) } ?? a)
    }
    return drawn[index]
  }
}
