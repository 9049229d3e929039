internal import Foundation
internal import Tensors

/// The noise levels that a run of the exponential integrators (Lu et al. 2022) goes through.
struct SolverTrack: Sendable {
  let timesteps: [Double]
  /// σ, the ratio of noise to picture, before every step and at the end; for flow models the share of noise.
  let sigmas: [Double]
  /// One more than `timesteps`.
  let levels: [NoiseLevel]

  /// What sets the three classes of diffusers that use these levels apart.
  struct Rules {
    /// The spacing, where the class does not let the configuration choose.
    var spacing: TimestepSpacing?
    /// Whether `lambda_min_clipped` and `use_lu_lambdas` are known.
    var isDPM = true
    /// Whether Karras's σ are shown to the model as whole times.
    var roundsKarras = true
  }

  init(
    _ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int, _ rules: Rules
  ) throws(SchedulerError) {
    try configuration.require("use_dynamic_shifting", .bool(false))
    let table = SigmaTable(schedule)
    let last = rules.isDPM ? try lastTime(configuration, schedule) : schedule.count
    let spacing = try configuration["timestep_spacing"] ?? TimestepSpacing.linspace
    var times = try (rules.spacing ?? spacing).timesteps(
      steps, of: schedule.count, offset: try configuration["steps_offset"] ?? 0, skipsEnd: true, until: last
    ).rounded
    let largest = try configuration["sigma_max"] ?? table.sigmas[schedule.count - 1]
    let smallest = try configuration["sigma_min"] ?? table.sigmas[0]
    let isFlow = try configuration["use_flow_sigmas"] ?? false
    let usesLu = try configuration["use_lu_lambdas"] ?? false
    let isLu = rules.isDPM && usesLu
    let sigmaSpacing = try SigmaSpacing(configuration)

    var sigmas = times.map { table[$0] }
    var end = table.sigmas[0]
    if let spread = try (isLu ? .exponential : sigmaSpacing).sigmas(from: largest, to: smallest, count: steps) {
      sigmas = spread
      times = spread.map(table.time)
      if isLu || sigmaSpacing.isKarras, rules.roundsKarras { times = times.rounded }
    } else if isFlow {
      sigmas = try flowSigmas(configuration, count: schedule.count, steps: steps, fromOne: !rules.isDPM)
      times = sigmas.map { $0 * Double(schedule.count) }
      end = rules.isDPM ? end : sigmas[steps - 1]
    }
    // As many steps as training times: two of them are the same, and a step of no length has no slope.
    guard zip(sigmas, sigmas.dropFirst()).allSatisfy({ $0.0 > $0.1 }) else {
      throw SchedulerError("steps", found: "\(steps)", expected: "fewer, for so many fall on the same training times")
    }
    let final = try configuration["final_sigmas_type"] ?? FinalSigma.zero
    self.sigmas = (sigmas + [final == .zero ? 0 : end]).single
    timesteps = times.map { $0.rounded(.towardZero) }
    levels = self.sigmas.map { isFlow ? NoiseLevel(alpha: 1 - $0, sigma: $0) : .preserving($0) }
  }
}

extension SigmaSpacing {
  fileprivate var isKarras: Bool {
    if case .karras = self { true } else { false }
  }
}

/// One behind the last training time with log(α/σ) at least `lambda_min_clipped`.
private func lastTime(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule) throws(SchedulerError) -> Int
{
  let least = try configuration["lambda_min_clipped"] ?? -Double.infinity
  let clipped = schedule.alphaBars.count { NoiseLevel.preserving(alphaBar: $0).lambda < least }
  return schedule.count - clipped
}

/// Evenly from all noise to none, bent by `flow_shift` (Esser et al. 2024).
private func flowSigmas(
  _ configuration: SchedulerConfiguration, count: Int, steps: Int, fromOne: Bool
) throws(SchedulerError) -> [Double] {
  let shift = try configuration["flow_shift"] ?? 1.0
  guard shift > 0, shift.isFinite else {
    throw SchedulerError("flow_shift of the scheduler's configuration", found: "\(shift)", expected: "a number above 0")
  }
  let smallest = 1 / Double(count)
  let even =
    fromOne
    ? line(from: 1, to: smallest, count: steps + 1).dropLast()
    : line(from: 1 - smallest, to: 0, count: steps + 1).dropLast()
  var sigmas = even.map { shifted($0, by: shift) }
  // All noise and no picture has no logarithm.
  if abs(sigmas[0] - 1) < 1e-6 { sigmas[0] -= 1e-6 }
  return sigmas
}

/// A sampler whose latents are α·x0 + σ·ε at the levels of a `SolverTrack`.
protocol SolverSampler: Sampler {
  var track: SolverTrack { get }
  var prediction: Prediction { get }
  var clipping: Clipping { get }
}

extension SolverSampler {
  package var timesteps: [Double] { track.timesteps }
  package func noiseLevel(at i: Int) -> NoiseLevel { track.levels[i] }

  package func denoised(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray {
    clipping(prediction.picture(output, from: x, at: noiseLevel(at: i)))
  }
}
