package import Tensors

/// The keys and values by which a run attended at its first evaluations, for other runs to attend to.
package struct AttentionMemory: Sendable {
  /// At each evaluation, of each transformer block in the network's order: keys and values of the picture's own
  /// tokens, side by side, [1, tokens, 2 · width].
  private var own: [[Tensor]] = []
  /// Of each block: keys and values of the prompt, the same at every evaluation.
  private var prompt: [Tensor] = []

  package init() {}

  /// Bytes of the pictures' keys and values; the prompts' come to little beside them.
  package var bytes: Int { own.joined().reduce(0) { $0 + $1.bytes } }

  mutating func append(_ own: [Tensor], prompt: [Tensor]) {
    self.own.append(own)
    self.prompt = prompt
  }

  /// What the attentions of a block do at evaluation `i` of a run between two that are kept.
  static func tap(
    _ from: AttentionMemory, _ to: AttentionMemory, at i: Int, block: Int, _ mix: AttentionMix
  ) -> AttentionTap {
    .mix(
      mix, own: (from.own[i][block], to.own[i][block]), prompt: (from.prompt[block], to.prompt[block]))
  }
}

extension UNetConfiguration {
  /// Bytes of the keys and values that one evaluation over a latent of that size leaves in an `AttentionMemory`.
  package func attentionBytes(height: Int, width: Int, bytesPerNumber: Int) -> Int {
    var (height, width, numbers) = (height, width, 0)
    let last = blockOutChannels.count - 1
    for (level, channels) in blockOutChannels.enumerated() {
      var transformers = 0
      if downBlockTypes[level] == .crossAttention { transformers += layersPerBlock }
      if upBlockTypes[last - level] == .crossAttention { transformers += layersPerBlock + 1 }
      if level == last { transformers += 1 }
      numbers += 2 * transformers * transformerLayers[level] * height * width * channels
      (height, width) = ((height + 1) / 2, (width + 1) / 2)
    }
    return numbers * bytesPerNumber
  }
}

extension ModelFolder {
  /// Bytes of the keys and values that one evaluation of a picture leaves in an `AttentionMemory`; a size of nil is the
  /// model's own.
  package func attentionBytes(size: Size?, precision: Precision) -> Int {
    let factor = autoencoder.factor
    let latent = size.map { SampleSize(height: $0.height / factor, width: $0.width / factor) } ?? unet.latentSize
    return unet.attentionBytes(
      height: latent.height, width: latent.width, bytesPerNumber: precision.scalar == .float32 ? 4 : 2)
  }
}

extension UNetConfiguration {
  /// The size it was trained on; files that do not say so mean that of Stable Diffusion 1.x.
  var latentSize: SampleSize { sampleSize ?? SampleSize(height: 64, width: 64) }
}
