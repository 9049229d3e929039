internal import Foundation

/// How noise was added in training, for every training time.
///
/// Computed in single precision, as the models' makers did: with a cosine course, or without
/// terminal signal, the last levels of noise hang on the rounding.
package struct NoiseSchedule: Sendable {
  /// The course of β when the configuration gives no list.
  package enum Course: String, ConfigurationChoice {
    case linear
    /// Squares of a line.
    case scaledLinear = "scaled_linear"
    /// ᾱ falls as a squared cosine (Nichol and Dhariwal 2021), β at most 0.999.
    case squaredCosine = "squaredcos_cap_v2"
  }

  /// What holds where the configuration is silent; here the values that most classes share.
  struct Defaults {
    var start = 0.0001
    var end = 0.02
    var course = Course.linear
  }

  /// β: how much noise a training time adds.
  package let betas: [Float]
  /// ᾱ, the product of all 1 − β so far: how much of the picture's variance is left.
  package let alphaBars: [Double]

  package var count: Int { betas.count }

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
    let trained = try trainedBetas(configuration, defaults)
    let rescales = try configuration["rescale_betas_zero_snr"] ?? false
    if zeroTerminal && rescales {
      betas = withoutTerminalSignal(trained)
      alphaBars = products(of: betas).dropLast().map(Double.init) + [floor]
    } else {
      betas = trained
      alphaBars = products(of: betas).map(Double.init)
    }
  }
}

private func trainedBetas(
  _ configuration: SchedulerConfiguration, _ defaults: NoiseSchedule.Defaults
) throws(SchedulerError) -> [Float] {
  let betas: [Float]
  if let trained: [Double] = try configuration["trained_betas"] {
    betas = trained.map(Float.init)
  } else {
    let count = try configuration["num_train_timesteps"] ?? 1000
    guard 2...1_000_000 ~= count else {
      throw SchedulerError("num_train_timesteps", found: "\(count)", expected: "a number from 2 to 1000000")
    }
    let start = try configuration["beta_start"] ?? defaults.start
    let end = try configuration["beta_end"] ?? defaults.end
    for (key, beta) in [("beta_start", start), ("beta_end", end)] where !(0 < beta && beta < 1) {
      throw SchedulerError(
        "\(key) of the scheduler's configuration", found: "\(beta)", expected: "a number between 0 and 1")
    }
    switch try configuration["beta_schedule"] ?? defaults.course {
    case .linear:
      betas = line(from: Float(start), to: Float(end), count: count)
    case .scaledLinear:
      betas = line(from: Float(start.squareRoot()), to: Float(end.squareRoot()), count: count).map { $0 * $0 }
    case .squaredCosine:
      func alphaBar(_ i: Int) -> Double { pow(cos((Double(i) / Double(count) + 0.008) / 1.008 * .pi / 2), 2) }
      betas = (0..<count).map { Float(min(1 - alphaBar($0 + 1) / alphaBar($0), 0.999)) }
    }
  }
  guard betas.count >= 2, betas.allSatisfy({ 0 < $0 && $0 < 1 }) else {
    throw SchedulerError(
      "trained_betas of the scheduler's configuration",
      found: "\(betas.count), from \(betas.min() ?? .nan) to \(betas.max() ?? .nan)",
      expected: "at least two numbers between 0 and 1")
  }
  return betas
}

/// `count` numbers evenly from `start` to `end`, rounded as torch does: counted from the nearer end.
private func line(from start: Float, to end: Float, count: Int) -> [Float] {
  let step = (end - start) / Float(count - 1)
  return (0..<count).map { i in
    i < count / 2 ? start.addingProduct(step, Float(i)) : end.addingProduct(-step, Float(count - 1 - i))
  }
}

/// The running products of 1 − β.
private func products(of betas: [Float]) -> [Float] {
  var product = 1.0
  return betas.map { β in
    product *= Double(1 - β)
    return Float(product)
  }
}

/// The β for which √ᾱ is shifted so that the last is zero, and scaled so that the first stays.
private func withoutTerminalSignal(_ betas: [Float]) -> [Float] {
  let roots = products(of: betas).map { $0.squareRoot() }
  let (first, last) = (roots[0], roots[roots.count - 1])
  let scale = first / (first - last)
  let alphaBars = roots.map { root in
    let scaled = (root - last) * scale
    return scaled * scaled
  }
  return zip(alphaBars, [1] + alphaBars).map { 1 - $0 / $1 }
}
