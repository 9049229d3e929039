package import Tensors

/// CLIP's text model (Radford et al., 2021), as transformers' CLIPTextModel lays it out.
package struct TextEncoder: Sendable {
  /// What the encoder says of token ids.
  package struct States: Sendable {
    /// The embeddings, then the result of each layer: [n, tokens, width], without the final norm.
    package let hidden: [Tensor]
    /// The last of them after the final norm.
    package let last: Tensor
  }

  /// Tables with a row for each token and each position, read from the file row by row.
  private let tokens, positions: MappedTensor
  private let width, length: Int
  private let layers: [Layer]
  private let norm: LayerNorm

  package init(_ w: Weights, _ c: TextEncoderConfiguration) throws(WeightError) {
    width = c.hiddenSize
    length = c.maxPositionEmbeddings
    tokens = try w.tensor("embeddings.token_embedding.weight", [c.vocabSize, width])
    positions = try w.tensor("embeddings.position_embedding.weight", [length, width])
    var layers: [Layer] = []
    for i in 0..<c.numHiddenLayers { layers.append(try Layer(w["encoder.layers"][i], c)) }
    self.layers = layers
    norm = try LayerNorm(w["final_layer_norm"], width, epsilon: c.layerNormEps)
  }

  /// `ids` are rows of equally many tokens, at most the model's positions. Computed in fp32.
  package func callAsFunction(_ ids: [[Int]]) -> States {
    var x: [Float] = []
    x.reserveCapacity(ids.count * (ids.first?.count ?? 0) * width)
    for row in ids {
      precondition(row.count <= length, "\(row.count) tokens for \(length) positions")
      for (position, id) in row.enumerated() {
        x += zip(tokens.row(id), positions.row(position)).map { $0 + $1 }
      }
    }
    var hidden = [Tensor(x, shape: [ids.count, ids[0].count, width], scalar: .float32)]
    for layer in layers { hidden.append(layer(hidden.last!)) }
    return States(hidden: hidden, last: norm(hidden.last!))
  }

  /// The state after `skip` layers fewer than all, with the final norm (clip skip).
  package func normalized(_ states: States, skipping skip: Int) -> Tensor {
    precondition((0..<states.hidden.count).contains(skip), "\(skip) layers of \(layers.count) cannot be skipped")
    return norm(states.hidden[states.hidden.count - 1 - skip])
  }

  /// Lets go of the memory that the last call needed for weights: prompts are few, and come before the pictures.
  package func release() {
    for layer in layers { layer.release() }
  }

  private struct Layer: Sendable {
    let norm1, norm2: LayerNorm
    let attend: SelfAttention
    let expand, contract: Linear
    let activation: Activation

    init(_ w: Weights, _ c: TextEncoderConfiguration) throws(WeightError) {
      norm1 = try LayerNorm(w["layer_norm1"], c.hiddenSize, epsilon: c.layerNormEps)
      attend = try SelfAttention(
        w["self_attn"], c.hiddenSize, heads: c.numAttentionHeads, names: ["q_proj", "k_proj", "v_proj", "out_proj"],
        bias: true, causal: true)
      norm2 = try LayerNorm(w["layer_norm2"], c.hiddenSize, epsilon: c.layerNormEps)
      expand = try Linear(w["mlp.fc1"], c.hiddenSize, c.intermediateSize)
      contract = try Linear(w["mlp.fc2"], c.intermediateSize, c.hiddenSize)
      activation = c.hiddenAct.activation
    }

    func release() {
      attend.release()
      expand.release()
      contract.release()
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      let x = attend(norm1(x), adding: x)
      return contract(expand(norm2(x), activation: activation), adding: x)
    }
  }
}
