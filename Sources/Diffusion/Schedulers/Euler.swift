internal import Foundation
package import Tensors

/// Euler's method in σ (Karras et al. 2022, algorithm 1 without its correction).
package struct Euler: SigmaSampler {
  let track: SigmaTrack
  package let prediction: Prediction

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration, floor: 0x1p-24)
    prediction = try Prediction(configuration, .euler)
    track = try SigmaTrack(eulers: configuration, schedule, prediction, steps: steps)
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let x0 = denoised(output, at: i, from: x)
    let rest = track.sigmas[i + 1] / track.sigmas[i]
    return weightedSum((rest, x), (1 - rest, x0))
  }
}

/// How σ runs between training times.
private enum Interpolation: String, ConfigurationChoice {
  case linear
  case logLinear = "log_linear"
}

/// What the model is told of the time: its number, or log σ / 4.
private enum TimestepKind: String, ConfigurationChoice {
  case discrete
  case continuous
}

extension SigmaTrack {
  /// The levels of diffusers' EulerDiscreteScheduler, which has more settings than the other samplers.
  fileprivate init(
    eulers configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, _ prediction: Prediction, steps: Int
  ) throws(SchedulerError) {
    let spacing = try configuration["timestep_spacing"] ?? TimestepSpacing.linspace
    let table = SigmaTable(schedule)
    var times = try spacing.timesteps(steps, of: schedule.count, offset: try configuration["steps_offset"] ?? 0).single
    var sigmas: [Double]
    switch try configuration["interpolation_type"] ?? Interpolation.linear {
    case .linear:
      sigmas = times.map { table[$0] }
    case .logLinear:
      sigmas = line(from: log(table.sigmas[schedule.count - 1]), to: log(table.sigmas[0]), count: steps + 1).map(exp)
    }
    let largest: Double = try configuration["sigma_max"] ?? sigmas[0]
    let smallest: Double = try configuration["sigma_min"] ?? sigmas[sigmas.count - 1]
    if let spread = try SigmaSpacing(configuration).sigmas(from: largest, to: smallest, count: steps) {
      sigmas = spread
      times = spread.map(table.time)
    }
    let last = try configuration["final_sigmas_type"] ?? FinalSigma.zero
    sigmas = (sigmas + [last == .zero ? 0 : table.sigmas[0]]).single
    let kind = try configuration["timestep_type"] ?? TimestepKind.discrete
    if prediction == .velocity, kind == .continuous {
      times = sigmas.dropLast().map { 0.25 * log($0) }
    }
    self.init(timesteps: times, sigmas: sigmas, spacing: spacing)
  }
}

/// Where the last step ends.
enum FinalSigma: String, ConfigurationChoice {
  case zero
  /// The noise level of the first training time.
  case smallest = "sigma_min"
}
