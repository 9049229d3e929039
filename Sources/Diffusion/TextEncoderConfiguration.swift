package import Foundation
package import Tensors

/// The sizes of a CLIPTextModel, with transformers' names and defaults.
package struct TextEncoderConfiguration: Sendable {
  /// The feed-forward layers' activation, by transformers' name.
  package enum HiddenActivation: Sendable {
    case quickGELU
    case gelu

    package var activation: Activation {
      switch self {
      case .quickGELU: .quickGELU
      case .gelu: .gelu
      }
    }
  }

  package let vocabSize: Int
  package let hiddenSize, intermediateSize: Int
  package let numHiddenLayers, numAttentionHeads: Int
  package let maxPositionEmbeddings: Int
  package let hiddenAct: HiddenActivation
  package let layerNormEps: Double

  package init(contentsOf url: URL) throws(ModelError) {
    var c = try ConfigurationReader(contentsOf: url)
    try c.require("model_type", "clip_text_model")
    try c.require("quantization_config", .null)
    vocabSize = try c.count("vocab_size", default: 49408)
    hiddenSize = try c.count("hidden_size", default: 512)
    intermediateSize = try c.count("intermediate_size", default: 2048)
    numHiddenLayers = try c.count("num_hidden_layers", default: 12)
    numAttentionHeads = try c.count("num_attention_heads", default: 8)
    maxPositionEmbeddings = try c.count("max_position_embeddings", default: 77)
    hiddenAct = try c.choice("hidden_act", default: .quickGELU, ["quick_gelu": .quickGELU, "gelu": .gelu])
    layerNormEps = try c.positive("layer_norm_eps", default: 1e-5)
    // The other keys of these files are transformers' general ones, which do not change this model.

    guard hiddenSize.isMultiple(of: numAttentionHeads) else {
      throw ModelError(
        c.path, found: "hidden_size \(hiddenSize) with \(numAttentionHeads) heads (num_attention_heads)",
        expected: "a multiple of them")
    }
  }
}
