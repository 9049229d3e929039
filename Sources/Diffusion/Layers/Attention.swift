internal import Tensors

/// Tokens look at one another.
struct SelfAttention: Sendable {
  private let qkv, out: Linear
  private let width, heads: Int
  private let causal: Bool

  /// `names` are those of the query, key, value and output projections.
  init(
    _ w: Weights, _ width: Int, heads: Int, names: [String] = ["to_q", "to_k", "to_v", "to_out.0"], bias: Bool = false,
    causal: Bool = false
  ) throws(WeightError) {
    qkv = try Linear(stacking: names.prefix(3).map { w[$0] }, width, width, bias: bias)
    out = try Linear(w[names[3]], width, width)
    self.width = width
    self.heads = heads
    self.causal = causal
  }

  func release() {
    qkv.release()
    out.release()
  }

  /// `x` and `residual` are [n, tokens, width]; so is the sum that comes back.
  func callAsFunction(_ x: Tensor, adding residual: Tensor, tap: AttentionTap? = nil) -> Tensor {
    let y = qkv(x)
    let (q, k, v) = (y.columns(0..<width), y.columns(width..<2 * width), y.columns(2 * width..<3 * width))
    let tapped = tap?.own(q, y.columns(width..<3 * width), heads: heads)
    return out(tapped ?? .attention(q, k, v, heads: heads, causal: causal), adding: residual)
  }
}

/// Tokens of a picture look at the tokens of a prompt.
struct CrossAttention: Sendable {
  private let q, kv, out: Linear
  private let width, heads: Int

  init(_ w: Weights, _ width: Int, context: Int, heads: Int) throws(WeightError) {
    q = try Linear(w["to_q"], width, width, bias: false)
    kv = try Linear(stacking: [w["to_k"], w["to_v"]], context, width, bias: false)
    out = try Linear(w["to_out.0"], width, width)
    self.width = width
    self.heads = heads
  }

  /// Keys and values of a prompt [n, tokens, context], side by side: the same at every step.
  func keysAndValues(_ context: Tensor) -> Tensor { kv(context) }

  /// `x` and `residual` may be fewer pictures than there are prompts; here their ways part.
  func callAsFunction(_ x: Tensor, _ context: BlockContext, adding residual: Tensor) -> Tensor {
    let keysAndValues = context.keysAndValues
    let (k, v) = (keysAndValues.columns(0..<width), keysAndValues.columns(width..<2 * width))
    let count = keysAndValues.shape[0]
    let q = q(x).repeated(to: count).columns
    let tapped = context.tap?.prompt(q, keysAndValues, heads: heads)
    return out(tapped ?? .attention(q, k, v, heads: heads), adding: residual.repeated(to: count))
  }
}

/// What one transformer block is told besides the picture.
struct BlockContext: Sendable {
  /// Those of the prompts, side by side, [n, tokens, 2 · width].
  let keysAndValues: Tensor
  /// Listens in on the block's attentions; nil where nobody does.
  var tap: AttentionTap?
}

/// Self-attention, attention to the prompt and a gated feed-forward layer, each normalised and added.
struct TransformerBlock: Sendable {
  private let norm1, norm2, norm3: LayerNorm
  private let attend: SelfAttention
  private let attendPrompt: CrossAttention
  private let expand, contract: Linear

  init(_ w: Weights, _ width: Int, context: Int, heads: Int) throws(WeightError) {
    norm1 = try LayerNorm(w["norm1"], width)
    attend = try SelfAttention(w["attn1"], width, heads: heads)
    norm2 = try LayerNorm(w["norm2"], width)
    attendPrompt = try CrossAttention(w["attn2"], width, context: context, heads: heads)
    norm3 = try LayerNorm(w["norm3"], width)
    expand = try Linear(w["ff.net.0.proj"], width, 8 * width, isGated: true)
    contract = try Linear(w["ff.net.2"], 4 * width, width)
  }

  func context(_ prompt: Tensor) -> BlockContext { BlockContext(keysAndValues: attendPrompt.keysAndValues(prompt)) }

  func callAsFunction(_ x: Tensor, _ context: BlockContext) -> Tensor {
    var x = attend(norm1(x), adding: x, tap: context.tap)
    x = attendPrompt(norm2(x), context, adding: x)
    return contract(expand(norm3(x)), adding: x)
  }
}

/// Transformer blocks over the pixels of a feature map.
struct SpatialTransformer: Sendable {
  private let norm: GroupNorm
  private let enter, leave: Linear
  private let blocks: [TransformerBlock]

  init(
    _ w: Weights, _ channels: Int, context: Int, heads: Int, depth: Int, groups: Int
  ) throws(WeightError) {
    norm = try GroupNorm(w["norm"], channels, groups: groups, epsilon: 1e-6)
    enter = try Linear(w["proj_in"], channels, channels)
    var blocks: [TransformerBlock] = []
    for i in 0..<depth {
      blocks.append(try TransformerBlock(w["transformer_blocks"][i], channels, context: context, heads: heads))
    }
    self.blocks = blocks
    leave = try Linear(w["proj_out"], channels, channels)
  }

  /// What each block hears of a prompt.
  func context(_ prompt: Tensor) -> [BlockContext] { blocks.map { $0.context(prompt) } }

  /// `x` is [n, h, w, channels] for n prompts, or fewer that several prompts share; the result has one for each prompt.
  func callAsFunction(_ x: Tensor, _ context: [BlockContext]) -> Tensor {
    var h = enter(norm(x)).reshaped([x.shape[0], x.shape[1] * x.shape[2], x.width])
    for (block, context) in zip(blocks, context) { h = block(h, context) }
    let residual = x.repeated(to: h.shape[0])
    return leave(h.reshaped(residual.shape), adding: residual)
  }
}
