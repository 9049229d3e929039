internal import Foundation
package import Tensors

/// Euler's method along a rectified flow (Liu et al. 2023; Esser et al. 2024): a latent is (1 − σ)·x0 + σ·ε,
/// and the model predicts ε − x0.
package struct FlowEuler: Sampler {
  static let className = "FlowMatchEulerDiscreteScheduler"

  package let timesteps: [Double]
  /// One more than `timesteps`.
  private let sigmas: [Double]
  /// Whether every step draws its noise anew.
  private let isStochastic: Bool

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    try self.init(configuration, steps: steps, sigmas: nil, mu: nil)
  }

  /// A run over `sigmas` instead of even levels. Models whose shift depends on the picture's size need its `mu`.
  package init(
    _ configuration: SchedulerConfiguration, steps: Int, sigmas: [Double]?, mu: Double?
  ) throws(SchedulerError) {
    _ = try Prediction(configuration, .flowEuler, among: [.flow])
    let count = try configuration["num_train_timesteps"] ?? 1000
    guard 2...1_000_000 ~= count, 1...count ~= steps else {
      throw SchedulerError(
        "steps", found: "\(steps)", expected: "a number from 1 to the model's \(count) training times")
    }
    try configuration.require("invert_sigmas", .bool(false))
    isStochastic = try configuration["stochastic_sampling"] ?? false
    let shift = try timeShift(configuration, mu)
    // Where the shift is fixed, the least level has been shifted once before.
    let least = mu == nil ? shifted(1 / Double(count), by: shift) : 1 / Double(count)
    var levels = (sigmas ?? line(from: 1, to: least, count: steps)).map { shifted($0, by: shift) }
    if let terminal: Double = try configuration["shift_terminal"], let end = levels.last, terminal > 0 {
      levels = levels.map { 1 - (1 - $0) * (1 - terminal) / (1 - end) }
    }
    let spread = try SigmaSpacing(configuration).sigmas(from: levels[0], to: levels[levels.count - 1], count: steps)
    self.sigmas = ((spread ?? levels) + [0]).single
    timesteps = self.sigmas.dropLast().map { $0 * Double(count) }.single
  }

  package func noiseLevel(at i: Int) -> NoiseLevel { NoiseLevel(alpha: 1 - sigmas[i], sigma: sigmas[i]) }

  package func denoised(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray {
    Prediction.flow.picture(output, from: x, at: noiseLevel(at: i))
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    if isStochastic { return addNoise(denoised(output, at: i, from: x), noise(), at: i + 1) }
    return weightedSum((1, x), (sigmas[i + 1] - sigmas[i], output))
  }
}

/// More of the run at high noise for `shift` above one (Esser et al. 2024, equation 23).
func shifted(_ sigma: Double, by shift: Double) -> Double { shift * sigma / (1 + (shift - 1) * sigma) }

/// The configuration's own shift, or that of a picture's `mu`.
private func timeShift(_ configuration: SchedulerConfiguration, _ mu: Double?) throws(SchedulerError) -> Double {
  enum Kind: String, ConfigurationChoice { case exponential, linear }
  let shift: Double
  if let mu {
    shift = try (configuration["time_shift_type"] ?? Kind.exponential) == .exponential ? exp(mu) : mu
  } else {
    try configuration.require("use_dynamic_shifting", .bool(false))
    shift = try configuration["shift"] ?? 1.0
  }
  guard shift > 0, shift.isFinite else {
    throw SchedulerError("shift of the scheduler's configuration", found: "\(shift)", expected: "a number above 0")
  }
  return shift
}
