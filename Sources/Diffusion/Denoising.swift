package import Tensors

/// One run from noise to a clean latent, pulled evaluation by evaluation.
///
/// A value: a copy made half-way goes on by itself.
package struct Denoising: Sendable {
  package internal(set) var sampler: any Sampler
  /// The latents as they stand, [n, channels, height, width].
  package internal(set) var latent: Latent
  /// The next evaluation.
  package private(set) var index: Int
  let unet: UNet
  var context: UNet.Context
  let guidance: Guidance
  private let shortcuts: Shortcuts
  /// Of the last whole evaluation, where a cache asks for them.
  private var deep: UNet.DeepFeatures?
  let scalar: Scalar
  let threads: Int

  enum Guidance {
    /// Both halves of a batch: negative prompts, then prompts.
    case free(scale: Double, rescale: Double)
    /// Prompts alone; a distilled model is told the scale.
    case none(told: Tensor?)
  }

  /// Begins at evaluation `first` with `latent`, which has the noise level that the sampler expects there.
  init(
    _ unet: UNet, _ conditionings: [Conditioning], _ sampling: Sampling, sampler: any Sampler,
    latent: Latent, first: Int, scalar: Scalar, threads: Int
  ) {
    precondition(conditionings.count == latent.shape[0], "one conditioning for each latent")
    self.unet = unet
    self.sampler = sampler
    self.latent = latent
    self.scalar = scalar
    self.threads = threads
    shortcuts = sampling.shortcuts
    index = first
    let told = unet.embedded(guidance: sampling.guidance)
    // A guidance of one is the prompt's own prediction: half the work.
    let both = told == nil && sampling.guidance != 1
    guidance =
      both ? .free(scale: sampling.guidance, rescale: sampling.guidanceRescale) : .none(told: told)
    let rows = (both ? conditionings.map(\.negative) : []) + conditionings.map(\.prompt)
    let (tokens, width) = (rows[0].shape[0], rows[0].shape[1])
    let prompts = Tensor(rows.flatMap(\.values), shape: [rows.count, tokens, width], scalar: scalar)
    context = withTeam(of: threads) { unet.context(prompts) }
  }

  package var isFinished: Bool { index >= sampler.timesteps.count }

  /// Evaluates the network once and takes the sampler's step. Stochastic samplers call `noise` once a step at most.
  package mutating func advance(noise: () -> Latent) {
    let output: NDArray
    (output, deep) = predict(latent, at: index)
    take(output, noise: noise)
  }

  /// Takes the sampler's step for the network's guided output.
  mutating func take(_ output: NDArray, noise: () -> Latent) {
    precondition(!isFinished)
    latent = sampler.step(output, at: index, from: latent, noise: noise)
    index += 1
  }

  /// What the network, guided, makes of latent `x` at evaluation `i`.
  package func output(of x: Latent, at i: Int) -> NDArray { predict(x, at: i).output }

  /// The same with the deep features to keep.
  private func predict(_ x: Latent, at i: Int) -> (output: NDArray, deep: UNet.DeepFeatures?) {
    withTeam(of: threads) { predict(of: sampler.modelInput(x, at: i), at: i) }
  }

  private func predict(of x: NDArray, at i: Int) -> (output: NDArray, deep: UNet.DeepFeatures?) {
    let n = x.shape[0]
    let x = Tensor(channelsFirst: x, scalar: scalar)
    switch guidance {
    case .none(let told):
      let (y, deep) = evaluate(x, context, told: told, at: i)
      return (y.channelsFirst, deep)
    case .free(let scale, let rescale) where isGuided(i):
      let (y, deep) = evaluate(x, context, at: i)
      let (negative, prompt) = (y[0..<n].channelsFirst, y[n..<2 * n].channelsFirst)
      return (guided(negative: negative, prompt: prompt, scale: scale, rescale: rescale), deep)
    case .free:
      let (y, deep) = evaluate(x, context[n..<2 * n], at: i)
      return (y.channelsFirst, deep)
    }
  }

  func isGuided(_ i: Int) -> Bool {
    shortcuts.guidanceInterval.map { $0.contains(i, of: sampler.timesteps.count) } ?? true
  }

  /// Whole, or over deep features where the cache has them for these prompts, which are the last.
  private func evaluate(
    _ x: Tensor, _ context: UNet.Context, told: Tensor? = nil, at i: Int
  ) -> (output: Tensor, deep: UNet.DeepFeatures?) {
    let time = sampler.timesteps[i]
    guard let cache = shortcuts.cache else { return (unet(x, time: time, context, told: told), nil) }
    if let deep, i % cache.deep != 0, deep.shape[0] >= context.prompts {
      let known = deep[deep.shape[0] - context.prompts..<deep.shape[0]]
      return (unet(x, time: time, context, told: told, over: known), deep)
    }
    return unet.evaluated(x, time: time, context, told: told)
  }
}
