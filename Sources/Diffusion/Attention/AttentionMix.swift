package import Tensors

/// A mix of attentions, at a place between two runs.
package struct AttentionMix: Sendable {
  /// Keys and values of both runs, side by side, [1, tokens, 2 · width].
  package typealias Ends = (from: Tensor, to: Tensor)

  private let variant: AttentionVariant
  private let t: Double

  /// `t` is the share of the second run, 0 to 1.
  package init(_ variant: AttentionVariant, at t: Double) {
    self.variant = variant
    self.t = t
  }

  /// Attention of one picture's queries by the formula of the variant; `own` are its own keys and values.
  package func attend(_ q: Columns, own: Tensor, _ ends: Ends, heads: Int) -> Tensor {
    func attention(_ end: Tensor) -> Tensor {
      let all = variant.isFused ? own.followed(by: end) : end
      let width = all.width / 2
      return .attention(q, all.columns(0..<width), all.columns(width..<2 * width), heads: heads)
    }
    return variant.isInner
      ? attention(.lerp(ends.from, ends.to, t)) : .lerp(attention(ends.from), attention(ends.to), t)
  }
}
