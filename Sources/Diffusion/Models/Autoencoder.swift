package import Tensors

/// Pictures to latents and back: diffusers' AutoencoderKL (Rombach et al., 2022; Kingma and Welling, 2014).
package struct Autoencoder: Sendable {
  private let encoder: Encoder
  private let decoder: Decoder
  private let quant, postQuant: Linear?

  package init(_ w: Weights, _ c: AutoencoderConfiguration) throws(WeightError) {
    encoder = try Encoder(w["encoder"], c)
    decoder = try Decoder(w["decoder"], c)
    quant = c.useQuantConv ? try Linear(w["quant_conv"], 2 * c.latentChannels, 2 * c.latentChannels) : nil
    postQuant = c.usePostQuantConv ? try Linear(w["post_quant_conv"], c.latentChannels, c.latentChannels) : nil
  }

  /// Mean and log variance, side by side in [n, h / f, w / f, 2 · channels], of pictures [n, h, w, 3] from -1 to 1.
  package func moments(_ pictures: Tensor) -> Tensor {
    let h = encoder(pictures)
    return quant?(h) ?? h
  }

  /// Pictures [n, h · f, w · f, 3], about -1 to 1, of unscaled latents [n, h, w, channels].
  package func decode(_ latents: Tensor) -> Tensor {
    decoder(postQuant?(latents) ?? latents)
  }
}

private struct Encoder: Sendable {
  let convIn, convOut: Conv2D
  let levels: [[ResnetBlock]]
  let downsamples: [Downsample]
  let middle: Middle
  let normOut: GroupNorm

  init(_ w: Weights, _ c: AutoencoderConfiguration) throws(WeightError) {
    let widths = c.blockOutChannels
    convIn = try Conv2D(w["conv_in"], c.inChannels, widths[0])
    var levels: [[ResnetBlock]] = []
    var downsamples: [Downsample] = []
    for (i, width) in widths.enumerated() {
      let block = w["down_blocks"][i]
      var resnets: [ResnetBlock] = []
      for j in 0..<c.layersPerBlock {
        let from = j == 0 ? widths[max(i - 1, 0)] : width
        resnets.append(
          try ResnetBlock(block["resnets"][j], from: from, to: width, groups: c.normNumGroups, epsilon: 1e-6))
      }
      levels.append(resnets)
      if i < widths.count - 1 {
        downsamples.append(try Downsample(block["downsamplers.0"], width, padding: .behind))
      }
    }
    self.levels = levels
    self.downsamples = downsamples
    middle = try Middle(w["mid_block"], c)
    normOut = try GroupNorm(w["conv_norm_out"], widths.last!, groups: c.normNumGroups, epsilon: 1e-6)
    convOut = try Conv2D(w["conv_out"], widths.last!, 2 * c.latentChannels)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var x = convIn(x)
    for (i, resnets) in levels.enumerated() {
      for resnet in resnets { x = resnet(consume x) }
      if i < downsamples.count { x = downsamples[i](x) }
    }
    return convOut(normOut(middle(x), silu: true))
  }
}

private struct Decoder: Sendable {
  let convIn, convOut: Conv2D
  let middle: Middle
  let levels: [[ResnetBlock]]
  let upsamples: [Upsample]
  let normOut: GroupNorm

  init(_ w: Weights, _ c: AutoencoderConfiguration) throws(WeightError) {
    let widths = Array(c.blockOutChannels.reversed())
    convIn = try Conv2D(w["conv_in"], c.latentChannels, widths[0])
    middle = try Middle(w["mid_block"], c)
    var levels: [[ResnetBlock]] = []
    var upsamples: [Upsample] = []
    for (i, width) in widths.enumerated() {
      let block = w["up_blocks"][i]
      var resnets: [ResnetBlock] = []
      for j in 0...c.layersPerBlock {
        let from = j == 0 ? widths[max(i - 1, 0)] : width
        resnets.append(
          try ResnetBlock(block["resnets"][j], from: from, to: width, groups: c.normNumGroups, epsilon: 1e-6))
      }
      levels.append(resnets)
      if i < widths.count - 1 { upsamples.append(try Upsample(block["upsamplers.0"], width)) }
    }
    self.levels = levels
    self.upsamples = upsamples
    normOut = try GroupNorm(w["conv_norm_out"], widths.last!, groups: c.normNumGroups, epsilon: 1e-6)
    convOut = try Conv2D(w["conv_out"], widths.last!, c.outChannels)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var x = middle(convIn(x))
    for (i, resnets) in levels.enumerated() {
      for resnet in resnets { x = resnet(consume x) }
      if i < upsamples.count { x = upsamples[i](x) }
    }
    return convOut(normOut(consume x, silu: true))
  }
}

/// Two resnets around an attention with one head, where the model has it.
private struct Middle: Sendable {
  let resnet1, resnet2: ResnetBlock
  let attention: (norm: GroupNorm, attend: SelfAttention)?

  init(_ w: Weights, _ c: AutoencoderConfiguration) throws(WeightError) {
    let width = c.blockOutChannels.last!
    resnet1 = try ResnetBlock(w["resnets.0"], from: width, to: width, groups: c.normNumGroups, epsilon: 1e-6)
    resnet2 = try ResnetBlock(w["resnets.1"], from: width, to: width, groups: c.normNumGroups, epsilon: 1e-6)
    guard c.midBlockAddAttention else {
      attention = nil
      return
    }
    let a = w["attentions.0"]
    // Old exports name the projections otherwise.
    let names = a.has("to_q.weight") ? ["to_q", "to_k", "to_v", "to_out.0"] : ["query", "key", "value", "proj_attn"]
    attention = (
      try GroupNorm(a["group_norm"], width, groups: c.normNumGroups, epsilon: 1e-6),
      try SelfAttention(a, width, heads: 1, names: names, bias: true)
    )
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var x = resnet1(x)
    if let attention {
      let tokens = [x.shape[0], x.shape[1] * x.shape[2], x.width]
      x = attention.attend(attention.norm(x).reshaped(tokens), adding: x.reshaped(tokens)).reshaped(x.shape)
    }
    return resnet2(x)
  }
}
