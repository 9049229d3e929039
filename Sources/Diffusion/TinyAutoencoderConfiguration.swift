package import Foundation
internal import Tensors

/// The sizes of an AutoencoderTiny, with diffusers' names and defaults.
package struct TinyAutoencoderConfiguration: Sendable {
  static let className = "AutoencoderTiny"

  package let inChannels, outChannels: Int
  package let latentChannels: Int
  /// Channels between the layers: the same at every size.
  package let encoderChannels, decoderChannels: Int
  /// Blocks at each size; the encoder's from the largest, the decoder's from the smallest.
  package let numEncoderBlocks, numDecoderBlocks: [Int]
  package let scalingFactor, shiftFactor: Double

  package var factor: Int { 1 << (numDecoderBlocks.count - 1) }

  package init(contentsOf url: URL) throws(ModelError) {
    var c = try ConfigurationReader(contentsOf: url)
    try c.require("_class_name", .string(Self.className))
    inChannels = try c.count("in_channels", default: 3)
    outChannels = try c.count("out_channels", default: 3)
    latentChannels = try c.count("latent_channels", default: 4)
    numEncoderBlocks = try c.counts("num_encoder_blocks", default: [1, 3, 3, 3])
    numDecoderBlocks = try c.counts("num_decoder_blocks", default: [3, 3, 3, 1])
    encoderChannels = try c.uniformCount("encoder_block_out_channels", default: 64, blocks: numEncoderBlocks.count)
    decoderChannels = try c.uniformCount("decoder_block_out_channels", default: 64, blocks: numDecoderBlocks.count)
    scalingFactor = try c.positive("scaling_factor", default: 1)
    shiftFactor = c.value("shift_factor") ?? .null == .null ? 0 : try c.number("shift_factor", default: 0)

    try c.require("act_fn", "relu")
    try c.require("upsample_fn", "nearest")
    try c.require("upsampling_scaling_factor", 2)
    try c.require("quantization_config", .null)
    // Precision is ours to choose; the next two belong to latents stored in bytes; the last repeats the decoder's.
    c.ignore("force_upcast", "latent_magnitude", "latent_shift", "block_out_channels")
    try c.finish()

    guard inChannels == 3, outChannels == 3 else {
      throw ModelError(
        c.path, found: "in_channels \(inChannels) and out_channels \(outChannels)", expected: "3, for RGB")
    }
    guard numEncoderBlocks.count == numDecoderBlocks.count, numDecoderBlocks.count <= 8 else {
      throw ModelError(
        c.path, found: "\(numEncoderBlocks.count) num_encoder_blocks and \(numDecoderBlocks.count) num_decoder_blocks",
        expected: "as many of either, at most 8")
    }
  }
}
