internal import Foundation

/// The noise levels of diffusers' EulerDiscreteScheduler, which has more settings than the other samplers.
struct EulerLevels {
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

  let prediction: Prediction
  private let configuration: SchedulerConfiguration
  private let schedule: NoiseSchedule
  private let table: SigmaTable
  private let spacing: TimestepSpacing

  init(_ configuration: SchedulerConfiguration) throws(SchedulerError) {
    self.configuration = configuration
    schedule = try NoiseSchedule(configuration, floor: 0x1p-24)
    prediction = try Prediction(configuration, .euler)
    table = SigmaTable(schedule)
    spacing = try configuration["timestep_spacing"] ?? TimestepSpacing.linspace
  }

  func track(steps: Int) throws(SchedulerError) -> SigmaTrack {
    let offset = try configuration["steps_offset"] ?? 0
    let times = try spacing.timesteps(steps, of: schedule.count, offset: offset).single
    let sigmas = try sigmas(at: times)
    let largest: Double = try configuration["sigma_max"] ?? sigmas[0]
    let smallest: Double = try configuration["sigma_min"] ?? sigmas[sigmas.count - 1]
    guard let spread = try SigmaSpacing(configuration).sigmas(from: largest, to: smallest, count: steps) else {
      return try track(times, sigmas + [end])
    }
    return try track(spread.map(table.time), spread + [end])
  }

  func track(timesteps: [Double]) throws(SchedulerError) -> SigmaTrack {
    try requireFall(timesteps, within: 0...Double(schedule.count - 1), "timesteps")
    return try track(timesteps, sigmas(at: timesteps.single) + [end])
  }

  func track(sigmas: [Double]) throws(SchedulerError) -> SigmaTrack {
    try requireFall(sigmas, within: 0...Double(Float.greatestFiniteMagnitude), "sigmas")
    let sigmas = sigmas.single
    return try track(sigmas.dropLast().map(table.time), sigmas)
  }

  private func track(_ times: [Double], _ sigmas: [Double]) throws(SchedulerError) -> SigmaTrack {
    let isContinuous = try configuration["timestep_type"] == TimestepKind.continuous
    let told = isContinuous && prediction == .velocity ? sigmas.dropLast().single.map { 0.25 * log($0) } : times
    return SigmaTrack(timesteps: told, sigmas: sigmas, spacing: spacing)
  }

  private func sigmas(at times: [Double]) throws(SchedulerError) -> [Double] {
    switch try configuration["interpolation_type"] ?? Interpolation.linear {
    case .linear:
      return times.map { table[$0] }
    case .logLinear:
      let (first, last) = (table.sigmas[schedule.count - 1], table.sigmas[0])
      return line(from: log(first), to: log(last), count: times.count + 1).map(exp)
    }
  }

  /// Where the last step ends.
  private var end: Double {
    get throws(SchedulerError) {
      let last = try configuration["final_sigmas_type"] ?? FinalSigma.zero
      return last == .zero ? 0 : table.sigmas[0]
    }
  }
}

/// Where the last step ends.
enum FinalSigma: String, ConfigurationChoice {
  case zero
  /// The noise level of the first training time.
  case smallest = "sigma_min"
}

/// Refuses a run of the caller's own that does not go down all the way, or leaves `range`.
func requireFall(_ values: [Double], within range: ClosedRange<Double>, _ name: String) throws(SchedulerError) {
  let falls = zip(values, values.dropFirst()).allSatisfy { $0 > $1 }
  guard values.count >= 2, falls, values.allSatisfy(range.contains) else {
    throw SchedulerError(
      name, found: "\(values)", expected: "two or more falling numbers from \(range.lowerBound) to \(range.upperBound)")
  }
}
