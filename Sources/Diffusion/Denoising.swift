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
  private let unet: UNet
  private let context: UNet.Context
  private let guidance: Guidance
  private let scalar: Scalar
  private let threads: Int

  private enum Guidance {
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
    precondition(!isFinished)
    latent = sampler.step(output(of: latent, at: index), at: index, from: latent, noise: noise)
    index += 1
  }

  /// What the network, guided, makes of latent `x` at evaluation `i`.
  package func output(of x: Latent, at i: Int) -> NDArray {
    withTeam(of: threads) { predict(sampler.modelInput(x, at: i), time: sampler.timesteps[i]) }
  }

  private func predict(_ x: NDArray, time: Double) -> NDArray {
    switch guidance {
    case .none(let told):
      return unet(Tensor(channelsFirst: x, scalar: scalar), time: time, context, told: told).channelsFirst
    case .free(let scale, let rescale):
      let y = unet(Tensor(channelsFirst: x, scalar: scalar), time: time, context).channelsFirst
      let (u, c) = (
        NDArray(Array(y.values.prefix(x.count)), shape: x.shape),
        NDArray(Array(y.values.suffix(x.count)), shape: x.shape)
      )
      return guided(negative: u, prompt: c, scale: scale, rescale: rescale)
    }
  }
}
