internal import Foundation
public import Tensors

/// What a model is and what it expects.
public struct ModelDescription: Sendable, Hashable {
  /// The folder's name.
  public let name: String
  /// Pixels along the side of one latent cell.
  public let factor: Int
  /// The size of the pictures that the model was trained on.
  public let defaultSize: Size
  public let latentChannels: Int
  /// Tokens of one chunk of a prompt, with begin and end.
  public let tokens: Int
  /// What the denoiser predicts: epsilon, v_prediction, sample or flow_prediction.
  public let prediction: String
  /// The scheduler that the model's folder names.
  public let scheduler: SchedulerKind
  /// The type it computes in here: fp32 or bf16.
  public private(set) var precision: Precision
  /// Whether the guidance is told to the denoiser, which then runs once a step (a consistency model).
  public let isToldGuidance: Bool

  let scalingFactor: Double
  let shiftFactor: Double
  private let width: Int

  /// Throws where the scheduler is none that we have.
  init(
    _ files: ModelFolder, _ scheduler: SchedulerConfiguration, tokens: Int, _ scalar: Scalar
  ) throws(SchedulerError) {
    name = files.url.lastPathComponent
    factor = files.autoencoder.factor
    let latent = files.unet.latentSize
    defaultSize = Size(width: latent.width * factor, height: latent.height * factor)
    latentChannels = files.autoencoder.latentChannels
    self.tokens = tokens
    prediction = try scheduler.prediction.rawValue
    self.scheduler = try SchedulerKind(of: scheduler)
    precision = Precision(scalar)
    isToldGuidance = files.unet.timeCondProjDim != nil
    scalingFactor = files.autoencoder.scalingFactor
    shiftFactor = files.autoencoder.shiftFactor
    width = files.unet.blockOutChannels[0]
    // Found here, before there is a picture to make. Some schedulers cannot do with one step.
    do { _ = try scheduler.sampler(steps: 1) } catch { _ = try scheduler.sampler(steps: 4) }
  }

  func computing(in scalar: Scalar) -> Self {
    var copy = self
    copy.precision = Precision(scalar)
    return copy
  }

  /// Whether the work on one picture is too little to be shared by several threads: found by measuring.
  func isSmall(cells: Int) -> Bool { cells * width <= 1 << 17 }

  /// The shape of one picture's latent. Throws where the model cannot make that size.
  public func latentShape(width: Int, height: Int) throws(EngineError) -> [Int] {
    for side in [width, height] where side < factor || side > 8192 || side % factor != 0 {
      throw .size(width: width, height: height, factor: factor)
    }
    return [1, latentChannels, height / factor, width / factor]
  }
}

extension Precision {
  fileprivate init(_ scalar: Scalar) { self = scalar == .float32 ? .fp32 : .bf16 }
}
