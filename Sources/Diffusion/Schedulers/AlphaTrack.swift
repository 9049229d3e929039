internal import Tensors

/// The training times that a run visits when a latent is √ᾱ·x0 + √(1 − ᾱ)·ε.
struct AlphaTrack: Sendable {
  let timesteps: [Double]
  let alphaBars: [Double]
  /// ᾱ before the first training time.
  let finalAlphaBar: Double
  /// Training times from one step to the next.
  let stride: Int

  /// `reachesOne` is whether ᾱ is one before the first training time.
  init(
    _ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int, _ prediction: Prediction,
    reachesOne: Bool
  ) throws(SchedulerError) {
    let spacing = try configuration["timestep_spacing"] ?? TimestepSpacing.leading
    let offset = try configuration["steps_offset"] ?? 0
    let times = try spacing.timesteps(steps, of: schedule.count, offset: offset).rounded
    try self.init(timesteps: times, schedule, steps: steps, prediction, reachesOne: reachesOne)
  }

  init(
    timesteps: [Double], _ schedule: NoiseSchedule, steps: Int, _ prediction: Prediction, reachesOne: Bool
  ) throws(SchedulerError) {
    self.timesteps = timesteps
    alphaBars = schedule.alphaBars
    finalAlphaBar = reachesOne ? 1 : schedule.alphaBars[0]
    stride = schedule.count / steps
    guard prediction != .epsilon || timesteps.allSatisfy({ alphaBars[Int($0)] > 0 }) else {
      throw SchedulerError(
        "rescale_betas_zero_snr with a run that starts at the last training time", found: "prediction_type epsilon",
        expected: "v_prediction or sample, since pure noise shows no picture")
    }
  }

  /// ᾱ at training time `t`, which may lie before the first.
  func alphaBar(at t: Int) -> Double {
    t < 0 ? finalAlphaBar : alphaBars[t]
  }
}

/// A sampler whose latents are √ᾱ·x0 + √(1 − ᾱ)·ε at training times (Ho et al. 2020).
protocol AlphaSampler: Sampler {
  var track: AlphaTrack { get }
  var prediction: Prediction { get }
  var clipping: Clipping { get }
}

extension AlphaSampler {
  package var timesteps: [Double] { track.timesteps }

  package func noiseLevel(at i: Int) -> NoiseLevel {
    .preserving(alphaBar: track.alphaBar(at: Int(timesteps[i])))
  }

  package func denoised(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray {
    clipping(prediction.picture(output, from: x, at: noiseLevel(at: i)))
  }
}
