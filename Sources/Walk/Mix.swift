public import Diffusion
public import Tensors

/// The ways to mix two keyframes' tensors.
public enum Mix: String, Sendable, CaseIterable {
  /// The straight line. Right for prompts.
  case lerp
  /// The arc, over the whole tensor. Right for noise: the mix of two noises is noise of the same strength.
  case slerp

  /// The point at `t`, 0 to 1, between two arrays of one shape.
  public func callAsFunction(_ a: NDArray, _ b: NDArray, _ t: Double) -> NDArray {
    switch self {
    case .lerp: Walk.lerp(a, b, t)
    case .slerp: Walk.slerp(a, b, t)
    }
  }

  /// The point at `t`, 0 to 1, between two conditionings: every tensor of them is mixed.
  public func callAsFunction(_ a: Conditioning, _ b: Conditioning, _ t: Double) -> Conditioning {
    Conditioning(prompt: self(a.prompt, b.prompt, t), negative: self(a.negative, b.negative, t))
  }
}
