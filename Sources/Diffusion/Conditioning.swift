public import Tensors

/// What the denoiser is told: encoded prompt and negative prompt.
public struct Conditioning: Sendable, Equatable {
  /// The encoded prompt, [tokens, width]; `tokens` is a multiple of the model's chunk length.
  public var prompt: NDArray
  /// The encoded negative prompt, of the same shape.
  public var negative: NDArray

  public init(prompt: NDArray, negative: NDArray) {
    self.prompt = prompt
    self.negative = negative
  }
}
