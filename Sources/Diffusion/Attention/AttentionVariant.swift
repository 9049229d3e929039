/// How a picture between two others attends to what they attended to.
///
/// He et al., "AID: Attention Interpolation of Text-to-Image Diffusion" (2024), section 4: with A for attention, q the
/// picture's own queries, and K₁, V₁ and K₂, V₂ the keys and values of both others.
public enum AttentionVariant: String, Sendable, CaseIterable {
  /// A(q, (1 − t)·K₁ + t·K₂, (1 − t)·V₁ + t·V₂)
  case inner
  /// (1 − t)·A(q, K₁, V₁) + t·A(q, K₂, V₂)
  case outer
  /// As `inner`, with the picture's own keys and values before those of the others.
  case fusedInner = "fused-inner"
  /// As `outer`, with the picture's own keys and values before those of the others.
  case fusedOuter = "fused-outer"

  var isInner: Bool { self == .inner || self == .fusedInner }
  var isFused: Bool { self == .fusedInner || self == .fusedOuter }
}
