public import Diffusion
public import Tensors

/// The ways to mix keyframes' tensors.
public enum Mix: String, Sendable, CaseIterable {
  /// The straight line, or the weighted sum. Right for prompts.
  case lerp
  /// The arc between two, over the whole tensor. Right for noise: the mix of two noises is noise of the same strength.
  case slerp
  /// The weighted sum, divided by the length ‖w‖₂ of its weights. Right for noise from any number of keyframes: a sum of
  /// independent standard normal noises has the variance Σ wᵢ², so this one has 1, whatever the weights (Bodin et al.,
  /// "Linear combinations of latents in generative models: subspaces and beyond", ICLR 2025; here the mean is zero).
  case gaussian

  /// One of those that a mix is made of, and how much of it.
  public typealias Part<Value> = (weight: Double, value: Value)

  /// Whether more than two can be mixed at a time.
  public var mixesMany: Bool { self != .slerp }

  /// The mix of different arrays of one shape; the weights sum to 1. One alone stays as it is, to the bit.
  public func callAsFunction(_ parts: [Part<NDArray>]) -> NDArray {
    let parts = parts.filter { $0.weight != 0 }
    if parts.count == 1 { return parts[0].value }
    switch self {
    case .lerp: return weightedSum(parts.map { ($0.weight, $0.value) })
    case .slerp:
      precondition(parts.count == 2, "an arc leads from one to another, not through \(parts.count)")
      return Walk.slerp(parts[0].value, parts[1].value, parts[1].weight)
    case .gaussian:
      let length = parts.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
      return weightedSum(parts.map { ($0.weight / length, $0.value) })
    }
  }

  /// The mix of conditionings: every tensor of them is mixed.
  public func callAsFunction(_ parts: [Part<Conditioning>]) -> Conditioning {
    Conditioning(
      prompt: self(parts.map { ($0.weight, $0.value.prompt) }),
      negative: self(parts.map { ($0.weight, $0.value.negative) }))
  }
}
