internal import Foundation

/// How the noise levels σ of a run are spread between the first and the last.
enum SigmaSpacing: Sendable {
  /// Those of the training times.
  case training
  /// Evenly in σ^(1/7) (Karras et al. 2022, equation 5).
  case karras
  /// Evenly in log σ.
  case exponential
  /// By quantiles of a Beta(0.6, 0.6) distribution (Lee et al. 2024).
  case beta

  init(_ configuration: SchedulerConfiguration) throws(SchedulerError) {
    var chosen: [(key: String, spacing: Self)] = []
    for (key, spacing) in [
      ("use_karras_sigmas", Self.karras), ("use_exponential_sigmas", .exponential), ("use_beta_sigmas", .beta),
    ] where try configuration[key] ?? false {
      chosen.append((key, spacing))
    }
    guard chosen.count <= 1 else {
      throw SchedulerError(
        "the scheduler's configuration", found: chosen.map(\.key).joined(separator: " and "), expected: "one of them")
    }
    self = chosen.first?.spacing ?? .training
  }

  /// `count` levels falling from `first` to `last`; nil for those of the training times.
  func sigmas(from first: Double, to last: Double, count: Int) throws(SchedulerError) -> [Double]? {
    guard first.isFinite, 0 < last, last <= first else {
      throw SchedulerError(
        "the noise levels of a run", found: "sigma_max \(first) and sigma_min \(last)",
        expected: "a largest, and a smallest above 0")
    }
    switch self {
    case .training:
      return nil
    case .karras:
      return line(from: pow(first, 1 / 7), to: pow(last, 1 / 7), count: count).map { pow($0, 7) }
    case .exponential:
      return line(from: log(first), to: log(last), count: count).map(exp)
    case .beta:
      return line(from: 1, to: 0, count: count).map { last + betaQuantile($0, 0.6, 0.6) * (first - last) }
    }
  }
}

/// The σ of every training time, and the way back; in single precision, as `NoiseSchedule` is.
struct SigmaTable {
  /// Rising with the training time.
  let sigmas: [Double]
  private let logarithms: [Double]

  init(_ schedule: NoiseSchedule) {
    let sigmas = schedule.alphaBars.map { ᾱ in ((1 - Float(ᾱ)) / Float(ᾱ)).squareRoot() }
    self.sigmas = sigmas.map(Double.init)
    logarithms = sigmas.map { Double(log($0)) }
  }

  /// σ at a time between training times, linearly.
  subscript(time: Double) -> Double {
    let below = Int(time)
    let above = min(below + 1, sigmas.count - 1)
    return sigmas[below] + (time - Double(below)) * (sigmas[above] - sigmas[below])
  }

  /// The time of noise level `sigma`, linearly in log σ.
  func time(of sigma: Double) -> Double {
    let wanted = log(max(sigma, 1e-10))
    let behind = logarithms.firstIndex { $0 > wanted } ?? logarithms.count
    let low = min(max(behind - 1, 0), logarithms.count - 2)
    let part = (wanted - logarithms[low]) / (logarithms[low + 1] - logarithms[low])
    return Double(low) + min(max(part, 0), 1)
  }
}
