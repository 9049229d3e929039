package import Tensors

/// The denoiser of Stable Diffusion 1.x and 2.x: diffusers' UNet2DConditionModel (Rombach et al., 2022).
package struct UNet: Sendable {
  /// What a prompt says to every cross-attention: computed once, used at every step.
  package struct Context: Sendable {
    fileprivate var down, up: [[[BlockContext]]]
    fileprivate var middle: [BlockContext]

    package var prompts: Int { middle[0].keysAndValues.shape[0] }

    /// What it says of some of the prompts.
    package subscript(prompts: Range<Int>) -> Context {
      map { BlockContext(keysAndValues: $1.keysAndValues[prompts], tap: $1.tap) }
    }

    /// Every transformer block's, in the order in which the network comes to them.
    var blocks: [BlockContext] { down.joined().joined() + middle + up.joined().joined() }

    /// The same with each block's changed; `change` also gets the block's place in the order.
    func map(_ change: (_ block: Int, BlockContext) -> BlockContext) -> Context {
      var (next, context) = (0, self)
      func changed(_ blocks: [BlockContext]) -> [BlockContext] {
        blocks.map {
          next += 1
          return change(next - 1, $0)
        }
      }
      context.down = down.map { $0.map(changed) }
      context.middle = changed(middle)
      context.up = up.map { $0.map(changed) }
      return context
    }
  }

  /// What an evaluation knows below the outermost layers, a picture for each prompt.
  package typealias DeepFeatures = Tensor

  private let time: TimeEmbedding
  private let shifts: TimeShifts
  private let convIn, convOut: Conv2D
  private let down: [DownBlock]
  private let middle: MiddleBlock
  private let up: [UpBlock]
  private let normOut: GroupNorm

  package init(_ w: Weights, _ c: UNetConfiguration) throws(WeightError) {
    time = try TimeEmbedding(w["time_embedding"], c)
    var shifts = TimeShifts.Builder(inputs: c.timeEmbedWidth)
    let widths = c.blockOutChannels
    convIn = try Conv2D(w["conv_in"], c.inChannels, widths[0])

    var down: [DownBlock] = []
    for (i, width) in widths.enumerated() {
      down.append(
        try DownBlock(w["down_blocks"][i], c, level: i, from: widths[max(i - 1, 0)], to: width, &shifts))
    }
    self.down = down
    middle = try MiddleBlock(w["mid_block"], c, &shifts)

    var up: [UpBlock] = []
    for i in widths.indices {
      let level = widths.count - 1 - i
      up.append(
        try UpBlock(
          w["up_blocks"][i], c, index: i, from: widths[min(level + 1, widths.count - 1)], to: widths[level],
          skip: widths[max(level - 1, 0)], &shifts))
    }
    self.up = up
    self.shifts = shifts.finish()
    normOut = try GroupNorm(w["conv_norm_out"], widths[0], groups: c.normNumGroups, epsilon: c.normEps)
    convOut = try Conv2D(w["conv_out"], widths[0], c.outChannels)
  }

  /// `prompt` is [n, tokens, width].
  package func context(_ prompt: Tensor) -> Context {
    Context(
      down: down.map { $0.attentions.map { $0.context(prompt) } },
      up: up.map { $0.attentions.map { $0.context(prompt) } }, middle: middle.attention.context(prompt))
  }

  /// A guidance as a distilled model wants to be told it; nil for other models.
  package func embedded(guidance scale: Double) -> Tensor? { time.embedded(guidance: scale) }

  /// The network's output for noisy latents `x` [n, h, w, channels] at a time of the training schedule.
  ///
  /// The context is of n prompts, or of a multiple: then each latent goes with several prompts, and what comes before
  /// the first of them is heard is computed once. The result has a picture for each prompt, all latents with the first
  /// prompts before all latents with the next.
  /// `told` is the embedded guidance [1, width], for distilled models that are told it.
  package func callAsFunction(_ x: Tensor, time t: Double, _ context: Context, told: Tensor? = nil) -> Tensor {
    evaluated(x, time: t, context, told: told).output
  }

  /// The same with the deep features, for evaluations that come after.
  package func evaluated(
    _ x: Tensor, time t: Double, _ context: Context, told: Tensor? = nil
  ) -> (output: Tensor, deep: DeepFeatures) {
    let t = shifts(time(t, told: told))
    var x = convIn(x)
    var skips = [x]
    for (block, context) in zip(down, context.down) { x = block(x, t, context, &skips) }
    x = middle(x, t, context.middle)
    for (block, context) in zip(up, context.up).dropLast() { x = block(x, t, context, &skips) }
    let (last, said) = (up[up.count - 1], context.up[up.count - 1])
    let deep = last.inner(x, t, said, &skips)
    return (finish(last.outer(deep, t, said, &skips)), deep)
  }

  /// An evaluation that computes the outermost layers only, over deep features of an earlier one.
  package func callAsFunction(
    _ x: Tensor, time t: Double, _ context: Context, told: Tensor? = nil, over deep: DeepFeatures
  ) -> Tensor {
    let t = shifts(time(t, told: told))
    let x = convIn(x)
    var skips = [x]
    _ = down[0].layer(0, x, t, context.down[0], &skips)
    return finish(up[up.count - 1].outer(deep, t, context.up[up.count - 1], &skips))
  }

  private func finish(_ x: Tensor) -> Tensor { convOut(normOut(x, silu: true)) }
}

/// Resnets and transformers at one size; all their results are kept for the way up.
private struct DownBlock: Sendable {
  let resnets: [ResnetBlock]
  let attentions: [SpatialTransformer]
  let downsample: Downsample?

  init(
    _ w: Weights, _ c: UNetConfiguration, level: Int, from i: Int, to o: Int, _ shifts: inout TimeShifts.Builder
  ) throws(WeightError) {
    var resnets: [ResnetBlock] = []
    var attentions: [SpatialTransformer] = []
    for j in 0..<c.layersPerBlock {
      resnets.append(try ResnetBlock(w["resnets"][j], c, from: j == 0 ? i : o, to: o, &shifts))
      if c.downBlockTypes[level] == .crossAttention {
        attentions.append(try SpatialTransformer(w["attentions"][j], c, level: level))
      }
    }
    self.resnets = resnets
    self.attentions = attentions
    let last = level == c.blockOutChannels.count - 1
    downsample = last ? nil : try Downsample(w["downsamplers"][0], o, padding: .all(1))
  }

  func callAsFunction(_ x: Tensor, _ t: Tensor, _ context: [[BlockContext]], _ skips: inout [Tensor]) -> Tensor {
    var x = x
    for j in resnets.indices { x = layer(j, x, t, context, &skips) }
    if let downsample {
      x = downsample(x)
      skips.append(x)
    }
    return x
  }

  func layer(_ j: Int, _ x: Tensor, _ t: Tensor, _ context: [[BlockContext]], _ skips: inout [Tensor]) -> Tensor {
    var x = resnets[j](x, t)
    if !attentions.isEmpty { x = attentions[j](x, context[j]) }
    skips.append(x)
    return x
  }
}

private struct MiddleBlock: Sendable {
  let resnet1, resnet2: ResnetBlock
  let attention: SpatialTransformer

  init(_ w: Weights, _ c: UNetConfiguration, _ shifts: inout TimeShifts.Builder) throws(WeightError) {
    let width = c.blockOutChannels.last!
    let last = c.blockOutChannels.count - 1
    resnet1 = try ResnetBlock(w["resnets.0"], c, from: width, to: width, &shifts)
    attention = try SpatialTransformer(w["attentions.0"], c, level: last)
    resnet2 = try ResnetBlock(w["resnets.1"], c, from: width, to: width, &shifts)
  }

  func callAsFunction(_ x: Tensor, _ t: Tensor, _ context: [BlockContext]) -> Tensor {
    resnet2(attention(resnet1(x, t), context), t)
  }
}

/// The way up: each resnet sees the result of its twin on the way down beside its input.
private struct UpBlock: Sendable {
  let resnets: [ResnetBlock]
  let attentions: [SpatialTransformer]
  let upsample: Upsample?

  /// `i` channels come from below, `skip` is the width of the next level up.
  init(
    _ w: Weights, _ c: UNetConfiguration, index: Int, from i: Int, to o: Int, skip: Int,
    _ shifts: inout TimeShifts.Builder
  ) throws(WeightError) {
    let level = c.blockOutChannels.count - 1 - index
    var resnets: [ResnetBlock] = []
    var attentions: [SpatialTransformer] = []
    for j in 0...c.layersPerBlock {
      let inputs = (j == 0 ? i : o) + (j == c.layersPerBlock ? skip : o)
      resnets.append(try ResnetBlock(w["resnets"][j], c, from: inputs, to: o, &shifts))
      if c.upBlockTypes[index] == .crossAttention {
        attentions.append(try SpatialTransformer(w["attentions"][j], c, level: level))
      }
    }
    self.resnets = resnets
    self.attentions = attentions
    upsample = level == 0 ? nil : try Upsample(w["upsamplers"][0], o)
  }

  func callAsFunction(_ x: Tensor, _ t: Tensor, _ context: [[BlockContext]], _ skips: inout [Tensor]) -> Tensor {
    var x = layers(resnets.indices, x, t, context, &skips)
    // To the size of the next skip: one less than double where a side was odd on the way down.
    if let upsample, let next = skips.last { x = upsample(x, height: next.shape[1], width: next.shape[2]) }
    return x
  }

  /// All layers but the last two, whose skips come from the network's first.
  func inner(_ x: Tensor, _ t: Tensor, _ context: [[BlockContext]], _ skips: inout [Tensor]) -> Tensor {
    layers(0..<resnets.count - 2, x, t, context, &skips)
  }

  /// The last two layers.
  func outer(_ x: Tensor, _ t: Tensor, _ context: [[BlockContext]], _ skips: inout [Tensor]) -> Tensor {
    layers(resnets.count - 2..<resnets.count, x, t, context, &skips)
  }

  private func layers(
    _ range: Range<Int>, _ x: Tensor, _ t: Tensor, _ context: [[BlockContext]], _ skips: inout [Tensor]
  ) -> Tensor {
    var x = x
    for j in range {
      x = resnets[j](x.beside(skips.removeLast().repeated(to: x.shape[0])), t)
      if !attentions.isEmpty { x = attentions[j](x, context[j]) }
    }
    return x
  }
}

extension ResnetBlock {
  fileprivate init(
    _ w: Weights, _ c: UNetConfiguration, from i: Int, to o: Int, _ shifts: inout TimeShifts.Builder
  ) throws(WeightError) {
    try self.init(w, from: i, to: o, &shifts, groups: c.normNumGroups, epsilon: c.normEps)
  }
}

extension SpatialTransformer {
  fileprivate init(_ w: Weights, _ c: UNetConfiguration, level: Int) throws(WeightError) {
    try self.init(
      w, c.blockOutChannels[level], context: c.crossAttentionDim, heads: c.heads[level],
      depth: c.transformerLayers[level], groups: c.normNumGroups)
  }
}
