internal import Tensors

// Runs of one picture that listen in on another's attentions, on the prompt's half only.
extension Denoising {
  /// As `advance`, and keeps by what keys and values the prompt's half attends.
  package mutating func advance(keeping memory: inout AttentionMemory, noise: () -> Latent) {
    precondition(latent.shape[0] == 1, "one picture at a time is listened to")
    let keeper = AttentionKeeper()
    var tapped = self
    tapped.context = context.map { BlockContext(keysAndValues: $1.keysAndValues, tap: .keep(keeper)) }
    let output = tapped.output(of: latent, at: index)
    memory.append(keeper.kept, prompt: promptContext.blocks.map(\.keysAndValues))
    take(output, noise: noise)
  }

  /// As `advance`, while the prompt's half attends to a mix of what two other runs attended to at the same evaluation.
  package mutating func advance(
    between from: AttentionMemory, _ to: AttentionMemory, _ mix: AttentionMix, noise: () -> Latent
  ) {
    precondition(latent.shape[0] == 1, "one picture at a time listens")
    let prompt = promptContext.map { block, context in
      BlockContext(
        keysAndValues: context.keysAndValues, tap: AttentionMemory.tap(from, to, at: index, block: block, mix))
    }
    let x = Tensor(channelsFirst: sampler.modelInput(latent, at: index), scalar: scalar)
    let output = withTeam(of: threads) { predict(x, time: sampler.timesteps[index], prompt: prompt) }
    take(output, noise: noise)
  }

  /// Both halves one after the other, since they attend to different things.
  private func predict(_ x: Tensor, time: Double, prompt: UNet.Context) -> NDArray {
    switch guidance {
    case .none(let told): unet(x, time: time, prompt, told: told).channelsFirst
    case .free where !isGuided(index): unet(x, time: time, prompt).channelsFirst
    case .free(let scale, let rescale):
      guided(
        negative: unet(x, time: time, context[0..<1]).channelsFirst,
        prompt: unet(x, time: time, prompt).channelsFirst, scale: scale, rescale: rescale)
    }
  }

  private var promptContext: UNet.Context { context[context.prompts - 1..<context.prompts] }
}
