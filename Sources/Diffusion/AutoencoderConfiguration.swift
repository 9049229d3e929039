package import Foundation
internal import Tensors

/// The sizes of an AutoencoderKL, with diffusers' names and defaults.
package struct AutoencoderConfiguration: Sendable {
  package let inChannels, outChannels: Int
  package let blockOutChannels: [Int]
  package let layersPerBlock: Int
  package let latentChannels: Int
  package let normNumGroups: Int
  /// The picture's height and width in training, where the file says so.
  package let sampleSize: SampleSize?
  /// A latent is (z - shiftFactor) · scalingFactor.
  package let scalingFactor, shiftFactor: Double
  package let useQuantConv, usePostQuantConv: Bool
  package let midBlockAddAttention: Bool

  /// Pixels along the side of one latent cell.
  package var factor: Int { 1 << (blockOutChannels.count - 1) }

  package init(contentsOf url: URL) throws(ModelError) {
    var c = try ConfigurationReader(contentsOf: url)
    try c.require("_class_name", "AutoencoderKL")
    blockOutChannels = try c.counts("block_out_channels", default: [64])
    inChannels = try c.count("in_channels", default: 3)
    outChannels = try c.count("out_channels", default: 3)
    layersPerBlock = try c.count("layers_per_block", default: 1)
    latentChannels = try c.count("latent_channels", default: 4)
    normNumGroups = try c.count("norm_num_groups", default: 32)
    sampleSize = try c.size("sample_size")
    scalingFactor = try c.positive("scaling_factor", default: 0.18215)
    shiftFactor = c.value("shift_factor") ?? .null == .null ? 0 : try c.number("shift_factor", default: 0)
    useQuantConv = try c.bool("use_quant_conv", default: true)
    usePostQuantConv = try c.bool("use_post_quant_conv", default: true)
    midBlockAddAttention = try c.bool("mid_block_add_attention", default: true)

    let levels = blockOutChannels.count
    _ = try c.choices("down_block_types", default: [()], count: levels, ["DownEncoderBlock2D": ()])
    _ = try c.choices("up_block_types", default: [()], count: levels, ["UpDecoderBlock2D": ()])
    try c.require("act_fn", "silu", "swish")
    for key in ["latents_mean", "latents_std", "quantization_config"] { try c.require(key, .null) }
    // Precision is ours to choose.
    c.ignore("force_upcast")
    try c.finish()

    guard inChannels == 3, outChannels == 3 else {
      throw ModelError(
        c.path, found: "in_channels \(inChannels) and out_channels \(outChannels)", expected: "3, for RGB")
    }
    guard levels <= 8 else {
      throw ModelError(c.path, found: "\(levels) block_out_channels", expected: "at most 8")
    }
    guard let width = blockOutChannels.first(where: { !$0.isMultiple(of: normNumGroups) }) else { return }
    throw ModelError(
      c.path, found: "block_out_channels \(width) with norm_num_groups \(normNumGroups)", expected: "a multiple of it")
  }
}
