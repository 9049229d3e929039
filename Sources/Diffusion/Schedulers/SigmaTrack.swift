internal import Tensors

/// The noise levels σ that a run goes through when a latent is x0 + σ·ε.
struct SigmaTrack: Sendable {
  let timesteps: [Double]
  /// One more than `timesteps`.
  let sigmas: [Double]
  let initialNoiseScale: Double

  init(timesteps: [Double], sigmas: [Double], spacing: TimestepSpacing) {
    self.timesteps = timesteps.single
    self.sigmas = sigmas.single
    let largest = self.sigmas.max() ?? 0
    initialNoiseScale = spacing == .leading ? (largest * largest + 1).squareRoot() : largest
  }

  /// `steps` levels of a model trained with `schedule`, then zero.
  init(
    _ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int, _ sigmaSpacing: SigmaSpacing
  ) throws(SchedulerError) {
    let spacing = try configuration["timestep_spacing"] ?? TimestepSpacing.linspace
    let table = SigmaTable(schedule)
    var times = try spacing.timesteps(steps, of: schedule.count, offset: try configuration["steps_offset"] ?? 0).single
    var sigmas = times.map { table[$0] }
    if let spread = try sigmaSpacing.sigmas(from: sigmas[0], to: sigmas[steps - 1], count: steps) {
      sigmas = spread
      times = spread.map(table.time)
    }
    self.init(timesteps: times, sigmas: sigmas + [0], spacing: spacing)
  }
}

/// A sampler whose latents are x0 + σ·ε, as k-diffusion's are (Karras et al. 2022).
protocol SigmaSampler: Sampler {
  var track: SigmaTrack { get }
  var prediction: Prediction { get }
}

extension SigmaSampler {
  package var timesteps: [Double] { track.timesteps }
  package var initialNoiseScale: Double { track.initialNoiseScale }

  package func noiseLevel(at i: Int) -> NoiseLevel {
    NoiseLevel(alpha: 1, sigma: track.sigmas[i])
  }

  package func modelInput(_ x: NDArray, at i: Int) -> NDArray {
    weightedSum((1 / noiseLevel(at: i).power.squareRoot(), x))
  }

  package func denoised(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray {
    prediction.picture(output, from: x, at: noiseLevel(at: i))
  }
}

extension SchedulerConfiguration {
  /// What the model predicts; a file of the class for flows need not say it.
  var prediction: Prediction {
    get throws(SchedulerError) {
      let isForFlows = try self["_class_name"] == FlowEuler.className
      return try self["prediction_type"] ?? (isForFlows ? .flow : .epsilon)
    }
  }
}

extension Prediction {
  /// The configuration's `prediction_type`, if the sampler named `name` can work with it.
  init(
    _ configuration: SchedulerConfiguration, _ name: SchedulerKind,
    among supported: [Self] = [.epsilon, .velocity, .sample]
  ) throws(SchedulerError) {
    self = try configuration.prediction
    guard supported.contains(self) else {
      throw SchedulerError(
        "prediction_type of the scheduler's configuration", found: rawValue,
        expected: "what \(name.rawValue) supports: \(supported.map(\.rawValue).joined(separator: ", "))")
    }
  }
}
