internal import Foundation

/// How noise was added in training: ᾱ, the product of all 1 − β so far, for every training time.
package struct NoiseSchedule: Sendable {
  /// The course of β when the configuration gives no list.
  package enum Course: String, ConfigurationChoice {
    case linear
    /// Squares of a line.
    case scaledLinear = "scaled_linear"
    /// ᾱ falls as a squared cosine (Nichol and Dhariwal 2021), β at most 0.999.
    case squaredCosine = "squaredcos_cap_v2"
  }

  /// The defaults that most classes share.
  struct Defaults {
    var start = 0.0001
    var end = 0.02
    var course = Course.linear
  }

  /// ᾱ: how much of the picture's variance is left.
  package let alphaBars: [Double]

  package var count: Int { alphaBars.count }

  /// `zeroTerminal` is whether the class knows `rescale_betas_zero_snr` (Lin et al. 2023), and
  /// `floor` the ᾱ that it puts in the place of the last, which that makes zero.
  package init(
    _ configuration: SchedulerConfiguration, zeroTerminal: Bool = true, floor: Double = 0
  ) throws(SchedulerError) {
    try self.init(configuration, Defaults(), zeroTerminal: zeroTerminal, floor: floor)
  }

  init(
    _ configuration: SchedulerConfiguration, _ defaults: Defaults, zeroTerminal: Bool = true, floor: Double = 0
  ) throws(SchedulerError) {
    let betas = try Self.betas(configuration, defaults)
    var alphaBars = cumulativeProduct(betas.map { 1 - $0 })
    if zeroTerminal, try configuration["rescale_betas_zero_snr"] ?? false {
      alphaBars = withoutTerminalSignal(alphaBars)
      alphaBars[alphaBars.count - 1] = floor
    }
    self.alphaBars = alphaBars
  }

  private static func betas(
    _ configuration: SchedulerConfiguration, _ defaults: Defaults
  ) throws(SchedulerError) -> [Double] {
    let betas: [Double]
    if let trained: [Double] = try configuration["trained_betas"] {
      betas = trained
    } else {
      let count = try configuration["num_train_timesteps"] ?? 1000
      guard 2...1_000_000 ~= count else {
        throw SchedulerError("num_train_timesteps", found: "\(count)", expected: "a number from 2 to 1000000")
      }
      let start = try configuration["beta_start"] ?? defaults.start
      let end = try configuration["beta_end"] ?? defaults.end
      switch try configuration["beta_schedule"] ?? defaults.course {
      case .linear:
        betas = line(from: start, to: end, count: count)
      case .scaledLinear:
        betas = line(from: start.squareRoot(), to: end.squareRoot(), count: count).map { $0 * $0 }
      case .squaredCosine:
        func alphaBar(_ t: Double) -> Double { pow(cos((t + 0.008) / 1.008 * .pi / 2), 2) }
        let n = Double(count)
        betas = (0..<count).map { i in
          min(1 - alphaBar(Double(i + 1) / n) / alphaBar(Double(i) / n), 0.999)
        }
      }
    }
    guard betas.count >= 2, betas.allSatisfy({ 0 < $0 && $0 < 1 }) else {
      throw SchedulerError(
        "the betas of the scheduler's configuration", found: "\(betas.count) from \(betas.min() ?? .nan) to \(betas.max() ?? .nan)",
        expected: "at least two numbers between 0 and 1")
    }
    return betas
  }
}

/// `count` numbers evenly from `start` to `end`, both included; `start` alone if there is but one.
func line(from start: Double, to end: Double, count: Int) -> [Double] {
  let step = (end - start) / Double(max(count - 1, 1))
  return (0..<count).map { start + step * Double($0) }
}

private func cumulativeProduct(_ factors: [Double]) -> [Double] {
  var product = 1.0
  return factors.map { factor in
    product *= factor
    return product
  }
}

/// √ᾱ shifted so that the last is zero, and scaled so that the first stays.
private func withoutTerminalSignal(_ alphaBars: [Double]) -> [Double] {
  let first = alphaBars[0].squareRoot()
  let last = alphaBars[alphaBars.count - 1].squareRoot()
  return alphaBars.map { pow(($0.squareRoot() - last) * first / (first - last), 2) }
}
