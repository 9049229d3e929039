package import Foundation
internal import Tensors

/// The sizes of a UNet2DConditionModel, with diffusers' names and defaults.
package struct UNetConfiguration: Sendable {
  package enum BlockType: Sendable {
    /// Resnets with a transformer behind each.
    case crossAttention
    /// Resnets alone.
    case plain
  }

  package let inChannels, outChannels: Int
  /// The latent's height and width in training, where the file says so.
  package let sampleSize: SampleSize?
  package let flipSinToCos: Bool
  package let freqShift: Int
  package let downBlockTypes, upBlockTypes: [BlockType]
  package let blockOutChannels: [Int]
  package let layersPerBlock: Int
  package let normNumGroups: Int
  package let normEps: Double
  package let crossAttentionDim: Int
  /// Transformer blocks behind each resnet, by level from the widest picture down.
  package let transformerLayers: [Int]
  /// Attention heads by level. The file calls them `attention_head_dim`, an old mistake.
  package let heads: [Int]
  /// Width of the guidance embedding of models that are told their guidance.
  package let timeCondProjDim: Int?

  /// Width of the time embedding.
  package var timeEmbedWidth: Int { 4 * blockOutChannels[0] }

  package init(contentsOf url: URL) throws(ModelError) {
    var c = try ConfigurationReader(contentsOf: url)
    try c.require("_class_name", "UNet2DConditionModel")
    // The part of SDXL that its own file gives away; said before anything else that it lacks.
    if c.value("addition_embed_type") == "text_time" {
      throw c.failure("addition_embed_type", "text_time", expected: "null: SDXL models are not supported")
    }

    blockOutChannels = try c.counts("block_out_channels", default: [320, 640, 1280, 1280])
    let levels = blockOutChannels.count
    inChannels = try c.count("in_channels", default: 4)
    outChannels = try c.count("out_channels", default: 4)
    sampleSize = try c.size("sample_size")
    flipSinToCos = try c.bool("flip_sin_to_cos", default: true)
    freqShift = try c.integer("freq_shift", default: 0, in: 0...1)
    downBlockTypes = try c.choices(
      "down_block_types", default: [.crossAttention, .crossAttention, .crossAttention, .plain], count: levels,
      ["CrossAttnDownBlock2D": .crossAttention, "DownBlock2D": .plain])
    upBlockTypes = try c.choices(
      "up_block_types", default: [.plain, .crossAttention, .crossAttention, .crossAttention], count: levels,
      ["CrossAttnUpBlock2D": .crossAttention, "UpBlock2D": .plain])
    layersPerBlock = try c.uniformCount("layers_per_block", default: 2, blocks: levels)
    normNumGroups = try c.count("norm_num_groups", default: 32)
    normEps = try c.positive("norm_eps", default: 1e-5)
    crossAttentionDim = try c.uniformCount("cross_attention_dim", default: 1280, blocks: levels)
    transformerLayers = try c.counts("transformer_layers_per_block", default: 1, each: levels)
    heads = try c.counts("attention_head_dim", default: 8, each: levels)
    timeCondProjDim = try c.optionalCount("time_cond_proj_dim")

    try Self.requireSupported(&c, timeWidth: 4 * blockOutChannels[0])
    try c.finish()
    try checkDivisions(c.path)
  }

  /// Refuses what changes the computation in a way that is not built.
  private static func requireSupported(_ c: inout ConfigurationReader, timeWidth: Int) throws(ModelError) {
    try c.require("mid_block_type", "UNetMidBlock2DCrossAttn")
    try c.require("act_fn", "silu", "swish")
    try c.require("center_input_sample", false, .null)
    try c.require("only_cross_attention", false, .null)
    try c.require("mid_block_only_cross_attention", false, .null)
    try c.require("dual_cross_attention", false, .null)
    try c.require("downsample_padding", 1)
    try c.require("mid_block_scale_factor", 1)
    try c.require("conv_in_kernel", 3)
    try c.require("conv_out_kernel", 3)
    try c.require("resnet_time_scale_shift", "default")
    try c.require("resnet_skip_time_act", false, .null)
    try c.require("resnet_out_scale_factor", 1)
    try c.require("time_embedding_type", "positional")
    try c.require("time_embedding_dim", .null, .integer(timeWidth))
    try c.require("attention_type", "default")
    try c.require("class_embeddings_concat", false, .null)
    for key in [
      "num_attention_heads", "encoder_hid_dim", "encoder_hid_dim_type", "class_embed_type", "num_class_embeds",
      "addition_embed_type", "time_embedding_act_fn", "timestep_post_act", "cross_attention_norm",
      "reverse_transformer_layers_per_block", "quantization_config",
    ] {
      try c.require(key, .null)
    }
    // Both kinds of projection compute the same; precision is ours to choose; the others go with refused keys.
    c.ignore(
      "use_linear_projection", "upcast_attention", "dropout", "addition_time_embed_dim",
      "addition_embed_type_num_heads", "projection_class_embeddings_input_dim")
  }

  /// Groups and heads must share the channels evenly.
  private func checkDivisions(_ path: String) throws(ModelError) {
    for (width, heads) in zip(blockOutChannels, heads) {
      guard width.isMultiple(of: normNumGroups) else {
        throw ModelError(
          path, found: "block_out_channels \(width) with norm_num_groups \(normNumGroups)", expected: "a multiple of it"
        )
      }
      guard width.isMultiple(of: heads) else {
        throw ModelError(
          path, found: "block_out_channels \(width) with \(heads) heads (attention_head_dim)",
          expected: "a multiple of them")
      }
    }
  }
}
