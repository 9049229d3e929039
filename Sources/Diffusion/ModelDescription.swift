public import Tensors

/// What a model is and what it expects.
public struct ModelDescription: Sendable, Hashable {
  /// The folder's name.
  public let name: String
  /// Pixels along the side of one latent cell.
  public let factor: Int
  /// Width and height of the pictures that the model was trained on, in pixels.
  public let defaultSize: Int
  public let latentChannels: Int
  /// Tokens of one chunk of a prompt, with begin and end.
  public let tokens: Int
  /// Of the denoiser, the text encoder and the autoencoder together.
  public let parameters: Int
  /// What the denoiser predicts: epsilon, v_prediction or sample.
  public let prediction: String
  /// The scheduler that the model's folder names.
  public let scheduler: SchedulerKind
  /// The type it computes in here: fp32 or bf16.
  public let precision: Precision
  /// Whether the guidance is told to the denoiser, which then runs once a step (a consistency model).
  public let isToldGuidance: Bool

  let scalingFactor: Double
  let shiftFactor: Double

  /// The shape of one picture's latent. Throws where the model cannot make that size.
  public func latentShape(width: Int, height: Int) throws(EngineError) -> [Int] {
    for side in [width, height] where side < factor || side > 8192 || side % factor != 0 {
      throw .size(width: width, height: height, factor: factor)
    }
    return [1, latentChannels, height / factor, width / factor]
  }
}
