/// How a picture is sampled.
public struct Sampling: Sendable, Hashable {
  /// Steps from noise to picture, at least one.
  public var steps: Int
  /// Scale of classifier-free guidance; 1 is the prompt alone, at half the work.
  public var guidance: Double
  /// How much of the prompt's own contrast is mixed back, 0 to 1.
  public var guidanceRescale: Double
  /// The scheduler; nil is the one that the model's folder names.
  public var scheduler: SchedulerKind?
  /// What is left out of the full computation.
  public var shortcuts: Shortcuts

  public init(
    steps: Int, guidance: Double, guidanceRescale: Double = 0, scheduler: SchedulerKind? = nil,
    shortcuts: Shortcuts = Shortcuts()
  ) {
    self.steps = steps
    self.guidance = guidance
    self.guidanceRescale = guidanceRescale
    self.scheduler = scheduler
    self.shortcuts = shortcuts
  }
}
