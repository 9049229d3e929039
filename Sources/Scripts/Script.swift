package import Diffusion
package import Video
package import Walk

/// A walk and its film, as the author wrote them down.
package struct Script: Sendable, Hashable {
  /// A shipped model's name, or the path of a model's folder: anything with a slash.
  package var model: String
  /// nil is the model's own size.
  package var size: Size?
  /// How many steps lead from noise to a picture.
  package var steps: Int
  /// nil is the model's own scheduler.
  package var scheduler: SchedulerKind?
  /// What is left out of the full computation.
  package var shortcuts: Shortcuts
  package var promptMix: Mix
  /// nil is what goes with the path.
  private var chosenNoiseMix: Mix?
  package var method: Method
  package var timeline: Timeline
  package var output: Output
  /// Whether pictures are made at half the size, for a quick look.
  package var isPreview = false

  /// How the film is written.
  package struct Output: Sendable, Hashable {
    /// Relative to where the command runs; nil is the script's name with another ending.
    package var file: String?
    /// nil is the encoder's own codec and quality.
    package var codec: FilmCodec?
    package var crf: Int?
    /// How many times wider and higher the film is than the model's pictures.
    package var scale: Int
    package var onBadFrame: BadFramePolicy
    package var sound: Soundtrack?

    package init(
      file: String? = nil, codec: FilmCodec? = nil, crf: Int? = nil, scale: Int = 1,
      onBadFrame: BadFramePolicy = .retry, sound: Soundtrack? = nil
    ) {
      self.file = file
      self.codec = codec
      self.crf = crf
      self.scale = scale
      self.onBadFrame = onBadFrame
      self.sound = sound
    }
  }

  /// What holds where nothing is said.
  package enum Default {
    package static let model = "emoji"
    package static let rate = Walk.FrameRate(30)
    package static let codec = FilmCodec.h264
    package static let steps = 20
    package static let guidance = 4.0
    package static let seed: UInt64 = 42
  }

  package init(
    model: String = Default.model, size: Size? = nil, steps: Int = Default.steps, scheduler: SchedulerKind? = nil,
    shortcuts: Shortcuts = Shortcuts(), promptMix: Mix = .lerp, noiseMix: Mix? = nil, method: Method = .walk,
    timeline: Timeline, output: Output = Output()
  ) {
    self.model = model
    self.size = size
    self.steps = steps
    self.scheduler = scheduler
    self.shortcuts = shortcuts
    self.promptMix = promptMix
    chosenNoiseMix = noiseMix
    self.method = method
    self.timeline = timeline
    self.output = output
  }

  package var noiseMix: Mix {
    get { chosenNoiseMix ?? timeline.path.noiseMix }
    set { chosenNoiseMix = newValue }
  }
}
