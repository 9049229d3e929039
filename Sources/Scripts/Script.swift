public import Diffusion
public import Walk

/// A walk and its film, as the author wrote them down.
public struct Script: Sendable, Hashable {
  /// A shipped model's name, or the path of a model's folder: anything with a slash.
  public var model: String
  /// nil is the model's own size.
  public var size: PictureSize?
  /// How many steps lead from noise to a picture.
  public var steps: Int
  /// nil is the model's own scheduler.
  public var scheduler: SchedulerKind?
  public var promptMix: Mix
  public var noiseMix: Mix
  public var timeline: Timeline
  public var output: Output

  /// How the film is written.
  public struct Output: Sendable, Hashable {
    /// Relative to where the command runs; nil is the script's name with another ending.
    public var file: String?
    /// nil is the encoder's own codec and quality.
    public var codec: String?
    public var crf: Int?
    /// How many times wider and higher the film is than the model's pictures.
    public var scale: Int

    public init(file: String? = nil, codec: String? = nil, crf: Int? = nil, scale: Int = 1) {
      self.file = file
      self.codec = codec
      self.crf = crf
      self.scale = scale
    }
  }

  /// What holds where nothing is said.
  public enum Default {
    public static let model = "emoji"
    public static let rate = FrameRate("30")!
    public static let steps = 20
    public static let guidance = 4.0
    public static let seed: UInt64 = 42
  }

  public init(
    model: String = Default.model, size: PictureSize? = nil, steps: Int = Default.steps, scheduler: SchedulerKind? = nil,
    promptMix: Mix = .lerp, noiseMix: Mix = .slerp, timeline: Timeline, output: Output = Output()
  ) {
    self.model = model
    self.size = size
    self.steps = steps
    self.scheduler = scheduler
    self.promptMix = promptMix
    self.noiseMix = noiseMix
    self.timeline = timeline
    self.output = output
  }
}
