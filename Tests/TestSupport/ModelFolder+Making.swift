internal import Foundation

extension ScratchFolder {
  /// Writes a small model in diffusers' layout but for its weights, the configurations with changes of the caller's.
  ///
  /// A change gives a key another value as JSON text, or takes it away with nil.
  package func writeModel(_ changes: [String: [String: String?]] = [:]) throws {
    for (path, keys) in Self.configurations {
      var keys = keys
      for (key, value) in changes[path] ?? [:] { keys[key] = value }
      let lines = keys.sorted { $0.key < $1.key }.map { "  \"\($0.key)\": \($0.value)" }
      try write("{\n\(lines.joined(separator: ",\n"))\n}\n", to: path)
    }
    try writeTables(to: "tokenizer")
  }

  private static let configurations: [String: [String: String]] = [
    "model_index.json": [
      "_class_name": #""StableDiffusionPipeline""#, "safety_checker": "[null, null]",
      "scheduler": #"["diffusers", "DDIMScheduler"]"#, "text_encoder": #"["transformers", "CLIPTextModel"]"#,
      "tokenizer": #"["transformers", "CLIPTokenizer"]"#, "unet": #"["diffusers", "UNet2DConditionModel"]"#,
      "vae": #"["diffusers", "AutoencoderKL"]"#,
    ],
    "scheduler/scheduler_config.json": ["_class_name": #""DDIMScheduler""#],
    "text_encoder/config.json": [
      "model_type": #""clip_text_model""#, "hidden_size": "8", "intermediate_size": "16", "num_attention_heads": "2",
      "num_hidden_layers": "1", "vocab_size": "600", "max_position_embeddings": "16",
    ],
    "unet/config.json": [
      "_class_name": #""UNet2DConditionModel""#, "block_out_channels": "[8, 16]", "attention_head_dim": "2",
      "cross_attention_dim": "8", "norm_num_groups": "4", "layers_per_block": "1", "sample_size": "8",
      "down_block_types": #"["CrossAttnDownBlock2D", "DownBlock2D"]"#,
      "up_block_types": #"["UpBlock2D", "CrossAttnUpBlock2D"]"#,
    ],
    "vae/config.json": [
      "_class_name": #""AutoencoderKL""#, "block_out_channels": "[4, 8]", "norm_num_groups": "4",
      "down_block_types": #"["DownEncoderBlock2D", "DownEncoderBlock2D"]"#,
      "up_block_types": #"["UpDecoderBlock2D", "UpDecoderBlock2D"]"#,
    ],
  ]
}
