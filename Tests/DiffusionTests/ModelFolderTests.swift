import Diffusion
import Foundation
import TestSupport
import Testing

@Suite struct ModelFolderTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  func message() -> String {
    refusal { try ModelFolder(folder.url) }.replacing(folder.url.path, with: "MODEL")
  }

  // MARK: What is read

  @Test func readsEveryPart() throws {
    try folder.writeModel()
    let model = try ModelFolder(folder.url)
    #expect(model.unet.blockOutChannels == [8, 16])
    #expect(model.unet.heads == [2, 2])
    #expect(model.unet.transformerLayers == [1, 1])
    #expect(model.unet.downBlockTypes == [.crossAttention, .plain])
    #expect(model.unet.upBlockTypes == [.plain, .crossAttention])
    #expect((model.unet.sampleSize?.height, model.unet.sampleSize?.width) == (8, 8))
    #expect(model.unet.timeEmbedWidth == 32)
    #expect(model.textEncoder.hiddenSize == 8)
    #expect(model.autoencoder.factor == 2)
    #expect(model.tokenizer.chunkLength == 16)
  }

  @Test func takesTheReferencesDefaults() throws {
    let unet = try UNetConfiguration(contentsOf: folder.write("{}", to: "unet.json"))
    #expect(unet.blockOutChannels == [320, 640, 1280, 1280])
    #expect(unet.downBlockTypes == [.crossAttention, .crossAttention, .crossAttention, .plain])
    #expect(unet.upBlockTypes == [.plain, .crossAttention, .crossAttention, .crossAttention])
    #expect(unet.crossAttentionDim == 1280)
    #expect(unet.heads == [8, 8, 8, 8])
    #expect((unet.inChannels, unet.outChannels, unet.layersPerBlock, unet.normNumGroups) == (4, 4, 2, 32))
    #expect((unet.normEps, unet.flipSinToCos, unet.freqShift) == (1e-5, true, 0))
    #expect(unet.timeCondProjDim == nil)
    #expect(unet.sampleSize == nil)

    let vae = try AutoencoderConfiguration(contentsOf: folder.write("{}", to: "vae.json"))
    #expect((vae.inChannels, vae.outChannels, vae.latentChannels) == (3, 3, 4))
    #expect((vae.blockOutChannels, vae.layersPerBlock, vae.normNumGroups) == ([64], 1, 32))
    #expect((vae.scalingFactor, vae.shiftFactor) == (0.18215, 0))
    #expect(vae.useQuantConv && vae.usePostQuantConv && vae.midBlockAddAttention)

    let text = try TextEncoderConfiguration(contentsOf: folder.write("{}", to: "text.json"))
    #expect((text.vocabSize, text.hiddenSize, text.intermediateSize) == (49408, 512, 2048))
    #expect((text.numHiddenLayers, text.numAttentionHeads, text.maxPositionEmbeddings) == (12, 8, 77))
    #expect((text.hiddenAct, text.layerNormEps) == (.quickGELU, 1e-5))
  }

  static let accepted: [(file: String, key: String, value: String)] = [
    ("unet/config.json", "attention_head_dim", "[2, 4]"),
    ("unet/config.json", "layers_per_block", "[1, 1]"),
    ("unet/config.json", "transformer_layers_per_block", "[1, 3]"),
    ("unet/config.json", "sample_size", "[8, 16]"),
    ("unet/config.json", "mid_block_scale_factor", "1.0"),
    ("unet/config.json", "time_cond_proj_dim", "256"),
    ("unet/config.json", "time_embedding_dim", "32"),
    ("unet/config.json", "use_linear_projection", "true"),
    ("unet/config.json", "upcast_attention", "null"),
    ("unet/config.json", "_name_or_path", #""here""#),
    ("unet/config.json", "some_new_key", "null"),
    ("vae/config.json", "shift_factor", "0.1159"),
    ("vae/config.json", "mid_block_add_attention", "false"),
    ("text_encoder/config.json", "hidden_act", #""gelu""#),
    ("text_encoder/config.json", "return_dict", "true"),
    ("model_index.json", "_class_name", #""LatentConsistencyModelPipeline""#),
    ("model_index.json", "tokenizer", #"["transformers", "CLIPTokenizerFast"]"#),
    ("model_index.json", "safety_checker", #"["stable_diffusion", "StableDiffusionSafetyChecker"]"#),
  ]

  @Test(arguments: accepted) func accepts(file: String, key: String, value: String) throws {
    try folder.writeModel([file: [key: value]])
    #expect(message() == "no error")
  }

  // MARK: What is refused

  @Test func refusesWhatIsNoModelFolder() throws {
    #expect(
      message() == "cannot load MODEL/model_index.json: found no such file or directory, expected a JSON file")
    let missing = folder.url.appendingPathComponent("missing")
    #expect(
      refusal { try ModelFolder(missing) }
        == "cannot load \(missing.path): found no such folder, expected a model in diffusers' layout")
    let single = try folder.write("", to: "model.safetensors")
    #expect(
      refusal { try ModelFolder(single) }
        == "cannot load \(single.path): found a file, expected a folder in diffusers' layout, with a model_index.json")
    let pickle = try folder.write("", to: "model.CKPT")
    #expect(
      refusal { try ModelFolder(pickle) }
        == "cannot load \(pickle.path): found a pickle file, which can run any code when it is opened, expected "
        + "safetensors: convert it, for example with diffusers' save_pretrained(…, safe_serialization=True)")
  }

  static let parts: [(path: String, message: String)] = [
    ("text_encoder", "cannot load MODEL: found no folder text_encoder, expected that part of the model"),
    ("unet", "cannot load MODEL: found no folder unet, expected that part of the model"),
    ("vae", "cannot load MODEL: found no folder vae, expected that part of the model"),
    ("scheduler", "cannot load MODEL: found no folder scheduler, expected that part of the model"),
    ("tokenizer", "cannot load MODEL/tokenizer: found no such folder, expected a tokenizer's"),
    ("unet/config.json", "cannot load MODEL/unet/config.json: found no such file or directory, expected a JSON file"),
    (
      "scheduler/scheduler_config.json",
      "cannot load MODEL/scheduler/scheduler_config.json: found no such file, expected a scheduler's configuration"
    ),
  ]

  @Test(arguments: parts) func namesTheMissingPart(path: String, message: String) throws {
    try folder.writeModel()
    try folder.remove(path)
    #expect(self.message() == message)
  }

  static let pipelines =
    "LatentConsistencyModelImg2ImgPipeline, LatentConsistencyModelPipeline, "
    + "StableDiffusionImg2ImgPipeline, StableDiffusionPipeline"

  static let indices: [(key: String, value: String?, found: String)] = [
    ("_class_name", nil, "no _class_name, expected a pipeline's name"),
    (
      "_class_name", #""StableDiffusionXLPipeline""#,
      "the pipeline 'StableDiffusionXLPipeline', expected Stable Diffusion 1.x or 2.x: SDXL models are not supported"
    ),
    ("_class_name", #""FluxPipeline""#, "the pipeline 'FluxPipeline', expected \(pipelines)"),
    ("vae", nil, "no vae, expected AutoencoderKL"),
    ("vae", "[null, null]", "no vae, expected AutoencoderKL"),
    (
      "vae", #"["diffusers", "AsymmetricAutoencoderKL"]"#,
      "vae of class 'AsymmetricAutoencoderKL', expected AutoencoderKL or AutoencoderTiny"
    ),
    (
      "unet", #"["diffusers", "UNet3DConditionModel"]"#,
      "unet of class 'UNet3DConditionModel', expected UNet2DConditionModel"
    ),
    (
      "text_encoder", #"["transformers", "T5EncoderModel"]"#,
      "text_encoder of class 'T5EncoderModel', expected CLIPTextModel"
    ),
    ("unet", #"["diffusers"]"#, "unet: ['diffusers'], expected a library and a class"),
    (
      "controlnet", #"["diffusers", "ControlNetModel"]"#,
      "the part 'controlnet' of class 'ControlNetModel', expected only the parts of Stable Diffusion 1.x or 2.x"
    ),
  ]

  @Test(arguments: indices) func refusesOtherClasses(key: String, value: String?, found: String) throws {
    try folder.writeModel(["model_index.json": [key: value]])
    #expect(message() == "cannot load MODEL/model_index.json: found \(found)")
  }

  static let count = "a whole number from 1 to 1048576"

  static let configurations: [(file: String, key: String, value: String?, found: String)] = [
    ("unet", "_class_name", #""UNet2DModel""#, "_class_name: 'UNet2DModel', expected 'UNet2DConditionModel'"),
    (
      "unet", "addition_embed_type", #""text_time""#,
      "addition_embed_type: 'text_time', expected null: SDXL models are not supported"
    ),
    ("unet", "addition_embed_type", #""image""#, "addition_embed_type: 'image', expected null"),
    ("unet", "attention_type", #""gated""#, "attention_type: 'gated', expected 'default'"),
    ("unet", "act_fn", #""mish""#, "act_fn: 'mish', expected 'silu' or 'swish'"),
    ("unet", "center_input_sample", "true", "center_input_sample: true, expected false or null"),
    ("unet", "class_embed_type", #""timestep""#, "class_embed_type: 'timestep', expected null"),
    ("unet", "class_embeddings_concat", "true", "class_embeddings_concat: true, expected false or null"),
    ("unet", "conv_in_kernel", "5", "conv_in_kernel: 5, expected 3"),
    ("unet", "conv_out_kernel", "1", "conv_out_kernel: 1, expected 3"),
    ("unet", "cross_attention_norm", #""layer_norm""#, "cross_attention_norm: 'layer_norm', expected null"),
    ("unet", "downsample_padding", "0", "downsample_padding: 0, expected 1"),
    ("unet", "dual_cross_attention", "true", "dual_cross_attention: true, expected false or null"),
    ("unet", "encoder_hid_dim", "1024", "encoder_hid_dim: 1024, expected null"),
    ("unet", "encoder_hid_dim_type", #""text_proj""#, "encoder_hid_dim_type: 'text_proj', expected null"),
    ("unet", "freq_shift", "2", "freq_shift: 2, expected a whole number from 0 to 1"),
    ("unet", "mid_block_only_cross_attention", "true", "mid_block_only_cross_attention: true, expected false or null"),
    ("unet", "mid_block_scale_factor", "1.5", "mid_block_scale_factor: 1.5, expected 1"),
    ("unet", "mid_block_type", "null", "mid_block_type: null, expected 'UNetMidBlock2DCrossAttn'"),
    ("unet", "num_attention_heads", "8", "num_attention_heads: 8, expected null"),
    ("unet", "num_class_embeds", "10", "num_class_embeds: 10, expected null"),
    ("unet", "only_cross_attention", "true", "only_cross_attention: true, expected false or null"),
    ("unet", "quantization_config", "{}", "quantization_config: an object, expected null"),
    ("unet", "resnet_out_scale_factor", "1.4", "resnet_out_scale_factor: 1.4, expected 1"),
    ("unet", "resnet_skip_time_act", "true", "resnet_skip_time_act: true, expected false or null"),
    (
      "unet", "resnet_time_scale_shift", #""scale_shift""#, "resnet_time_scale_shift: 'scale_shift', expected 'default'"
    ),
    (
      "unet", "reverse_transformer_layers_per_block", "[1, 2]",
      "reverse_transformer_layers_per_block: [1, 2], expected null"
    ),
    ("unet", "time_embedding_act_fn", #""silu""#, "time_embedding_act_fn: 'silu', expected null"),
    ("unet", "time_embedding_dim", "48", "time_embedding_dim: 48, expected null or 32"),
    ("unet", "time_embedding_type", #""fourier""#, "time_embedding_type: 'fourier', expected 'positional'"),
    ("unet", "timestep_post_act", #""silu""#, "timestep_post_act: 'silu', expected null"),
    (
      "unet", "pre_norm_everything", "true",
      "the unknown key 'pre_norm_everything', expected only keys whose meaning is known; remove it if it has none"
    ),
    ("unet", "block_out_channels", "[]", "block_out_channels: [], expected a list of whole numbers from 1 to 1048576"),
    (
      "unet", "block_out_channels", "[8, 0]",
      "block_out_channels: [8, 0], expected a list of whole numbers from 1 to 1048576"
    ),
    (
      "unet", "block_out_channels", "[8, 9000000000]",
      "block_out_channels: [8, 9000000000], expected a list of whole numbers from 1 to 1048576"
    ),
    ("unet", "block_out_channels", "[8]", "2 down_block_types, expected 1, one for each of block_out_channels"),
    (
      "unet", "block_out_channels", "[8, 18]", "block_out_channels 18 with norm_num_groups 4, expected a multiple of it"
    ),
    (
      "unet", "attention_head_dim", "3",
      "block_out_channels 8 with 3 heads (attention_head_dim), expected a multiple of them"
    ),
    ("unet", "attention_head_dim", "[2]", "attention_head_dim: [2], expected \(count), or a list of 2"),
    ("unet", "layers_per_block", "[1, 2]", "layers_per_block: [1, 2], expected the same number for every block"),
    (
      "unet", "cross_attention_dim", "[8, 16]", "cross_attention_dim: [8, 16], expected the same number for every block"
    ),
    (
      "unet", "transformer_layers_per_block", "[[1], [1]]",
      "transformer_layers_per_block: [[1], [1]], expected \(count), or a list of 2"
    ),
    (
      "unet", "down_block_types", #"["AttnDownBlock2D", "DownBlock2D"]"#,
      "down_block_types: ['AttnDownBlock2D', 'DownBlock2D'], expected a list of 'CrossAttnDownBlock2D' or 'DownBlock2D'"
    ),
    ("unet", "up_block_types", #"["UpBlock2D"]"#, "1 up_block_types, expected 2, one for each of block_out_channels"),
    ("unet", "in_channels", "4.0", "in_channels: 4.0, expected \(count)"),
    ("unet", "norm_num_groups", "null", "norm_num_groups: null, expected \(count)"),
    ("unet", "norm_eps", "0", "norm_eps: 0, expected a number greater than 0"),
    ("unet", "flip_sin_to_cos", "1", "flip_sin_to_cos: 1, expected true or false"),
    ("unet", "sample_size", #""64""#, "sample_size: '64', expected \(count), or a list of 2"),
    ("vae", "_class_name", #""VQModel""#, "_class_name: 'VQModel', expected 'AutoencoderKL'"),
    (
      "vae", "_class_name", #""AutoencoderTiny""#,
      "the unknown key 'down_block_types', expected only keys whose meaning is known; remove it if it has none"
    ),
    ("vae", "act_fn", #""relu""#, "act_fn: 'relu', expected 'silu' or 'swish'"),
    ("vae", "latents_mean", "[0.1]", "latents_mean: [0.1], expected null"),
    ("vae", "latents_std", "[1]", "latents_std: [1], expected null"),
    ("vae", "scaling_factor", "0", "scaling_factor: 0, expected a number greater than 0"),
    ("vae", "out_channels", "6", "in_channels 3 and out_channels 6, expected 3, for RGB"),
    (
      "vae", "up_block_types", #"["UpDecoderBlock2D", "AttnUpDecoderBlock2D"]"#,
      "up_block_types: ['UpDecoderBlock2D', 'AttnUpDecoderBlock2D'], expected a list of 'UpDecoderBlock2D'"
    ),
    ("vae", "block_out_channels", "[4, 6]", "block_out_channels 6 with norm_num_groups 4, expected a multiple of it"),
    ("text_encoder", "model_type", #""clip""#, "model_type: 'clip', expected 'clip_text_model'"),
    ("text_encoder", "hidden_act", #""relu""#, "hidden_act: 'relu', expected 'quick_gelu' or 'gelu'"),
    (
      "text_encoder", "num_attention_heads", "3",
      "hidden_size 8 with 3 heads (num_attention_heads), expected a multiple of them"
    ),
    ("text_encoder", "layer_norm_eps", #""small""#, "layer_norm_eps: 'small', expected a number greater than 0"),
  ]

  @Test(arguments: configurations)
  func refusesWhatIsNotBuilt(part: String, key: String, value: String?, found: String) throws {
    try folder.writeModel(["\(part)/config.json": [key: value]])
    #expect(message() == "cannot load MODEL/\(part)/config.json: found \(found)")
  }

  static let tinyAutoencoders: [(changes: [String: String], found: String)] = [
    (["act_fn": #""gelu""#], "act_fn: 'gelu', expected 'relu'"),
    (["upsample_fn": #""bilinear""#], "upsample_fn: 'bilinear', expected 'nearest'"),
    (["upsampling_scaling_factor": "4"], "upsampling_scaling_factor: 4, expected 2"),
    (
      ["encoder_block_out_channels": "[64, 64, 64, 32]"],
      "encoder_block_out_channels: [64, 64, 64, 32], expected the same number for every block"
    ),
    (
      ["decoder_block_out_channels": "[64, 64]"],
      "decoder_block_out_channels: [64, 64], expected \(count), or a list of 4"
    ),
    (["num_encoder_blocks": "[]"], "num_encoder_blocks: [], expected a list of whole numbers from 1 to 1048576"),
    (
      ["num_decoder_blocks": "[3, 1]", "decoder_block_out_channels": "[64, 64]"],
      "4 num_encoder_blocks and 2 num_decoder_blocks, expected as many of either, at most 8"
    ),
    (["out_channels": "1"], "in_channels 3 and out_channels 1, expected 3, for RGB"),
    (["tiles": "1"], "the unknown key 'tiles', expected only keys whose meaning is known; remove it if it has none"),
  ]

  @Test(arguments: tinyAutoencoders) func refusesOtherTinyAutoencoders(changes: [String: String], found: String) throws
  {
    try folder.writeModel()
    let keys = ["_class_name": #""AutoencoderTiny""#].merging(changes) { $1 }
    try folder.write("{\(keys.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}", to: "vae/config.json")
    #expect(message() == "cannot load MODEL/vae/config.json: found \(found)")
  }

  @Test func takesATinyAutoencoder() throws {
    try folder.writeModel()
    try folder.write(#"{"_class_name": "AutoencoderTiny"}"#, to: "vae/config.json")
    let vae = try ModelFolder(folder.url).autoencoder
    #expect((vae.factor, vae.latentChannels, vae.scalingFactor, vae.shiftFactor) == (8, 4, 1, 0))
  }

  static let disagreements: [(file: String, key: String, value: String, found: String)] = [
    (
      "unet/config.json", "cross_attention_dim", "16",
      "a unet for prompts of width 16 (cross_attention_dim), expected the text encoder's hidden_size 8"
    ),
    (
      "unet/config.json", "in_channels", "9",
      "a unet with in_channels 9 and out_channels 4, expected the vae's latent_channels 4; "
        + "models for inpainting are not supported"
    ),
    (
      "text_encoder/config.json", "vocab_size", "518",
      "a tokenizer with ids up to 518, expected less than the text encoder's vocab_size 518"
    ),
  ]

  @Test(arguments: disagreements)
  func refusesPartsThatDoNotFit(file: String, key: String, value: String, found: String) throws {
    try folder.writeModel([file: [key: value]])
    #expect(message() == "cannot load MODEL: found \(found)")
  }
}
