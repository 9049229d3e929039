public import Diffusion

/// Attention interpolation: a picture between two keyframes attends to what both of them attended to.
///
/// He et al., "AID: Attention Interpolation of Text-to-Image Diffusion" (2024). Noise and prompts are mixed as in the
/// plain walk; besides, the self- and cross-attentions of the prompt's half hear the keys and values that the
/// keyframes' own runs had at the same evaluation. There every picture takes three runs; here a keyframe's keys and
/// values are kept, and a picture takes one.
public struct AttentionInterpolation: Sendable, Hashable {
  public var variant: AttentionVariant
  /// The share of a run during which it listens, 0 to 1; then it goes on by itself.
  public var warmUp: Double
  /// The timing: the place between the keyframes is the quantile of Beta(alpha, beta) at the share of the time. Above 1
  /// the film lingers in the middle, where pictures change fastest; 1 and 1 is even.
  public var alpha, beta: Double

  public init(
    variant: AttentionVariant = .fusedOuter, warmUp: Double = 0.5, alpha: Double = 4, beta: Double = 4
  ) {
    self.variant = variant
    self.warmUp = warmUp
    self.alpha = alpha
    self.beta = beta
  }

  /// At how many evaluations a run listens, of `evaluations` in all.
  package func listening(of evaluations: Int) -> Int {
    min(Int((Double(evaluations) * warmUp).rounded()), evaluations)
  }

  /// The place between two keyframes at a share of the time, both 0 to 1.
  package func place(at time: Double) -> Double {
    // The even distribution, to the bit.
    alpha == 1 && beta == 1 ? time : betaQuantile(time, alpha, beta)
  }
}
