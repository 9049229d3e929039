internal import Foundation
internal import Tensors

/// The step that DPM-Solver and DPM-Solver++ (Lu et al. 2022) have in common, for ordinary and
/// stochastic differential equations: x' = a·x − s·(φ1·D0 + φ2·D1 + φ3·D2) + n·noise.
///
/// D0 is the model's output, D1 and D2 are its first differences in λ = log(α/σ).
struct DPMSolver: Sendable {
  enum Algorithm: String, ConfigurationChoice {
    /// Integrates the predicted noise.
    case noise = "dpmsolver"
    /// Integrates the predicted picture.
    case picture = "dpmsolver++"
    case stochasticNoise = "sde-dpmsolver"
    case stochasticPicture = "sde-dpmsolver++"

    var isStochastic: Bool { self == .stochasticNoise || self == .stochasticPicture }
    var predictsPicture: Bool { self == .picture || self == .stochasticPicture }
  }

  /// How the first difference is weighted.
  enum Variant: String, ConfigurationChoice {
    case midpoint
    case heun
  }

  let algorithm: Algorithm
  let variant: Variant
  let order: Int

  init(_ configuration: SchedulerConfiguration, _ kind: SchedulerKind, supports: [Algorithm]) throws(SchedulerError) {
    algorithm = try configuration["algorithm_type"] ?? .picture
    // Names of other solvers stand in files that were made for those; the reference reads them so.
    let name = try configuration["solver_type"] ?? Variant.midpoint.rawValue
    let variant = ["bh1", "bh2", "logrho"].contains(name) ? .midpoint : Variant(rawValue: name)
    order = try configuration["solver_order"] ?? 2
    guard let variant else {
      throw SchedulerError("solver_type of the scheduler's configuration", found: name, expected: Variant.expectation)
    }
    self.variant = variant
    guard supports.contains(algorithm) else {
      throw SchedulerError(
        "algorithm_type of the scheduler's configuration", found: algorithm.rawValue,
        expected: "what \(kind.rawValue) supports: \(supports.map(\.rawValue).joined(separator: ", "))")
    }
    guard 1...(algorithm.isStochastic ? 2 : 3) ~= order else {
      throw SchedulerError(
        "solver_order of the scheduler's configuration", found: "\(order)",
        expected: "1, 2 or 3, and at most 2 with \(Algorithm.stochasticPicture.rawValue)")
    }
    let final = try configuration["final_sigmas_type"] ?? FinalSigma.zero
    guard algorithm.predictsPicture || final != .zero else {
      throw SchedulerError(
        "final_sigmas_type of the scheduler's configuration", found: final.rawValue,
        expected: "\(FinalSigma.smallest.rawValue) with \(algorithm.rawValue)")
    }
  }

  /// The latent at level `t`, from latent `x` at level `s`, by a step of the given order.
  /// `differences` are D0, D1, D2 as far as the step needs them.
  func step(
    _ x: NDArray, from s: NoiseLevel, to t: NoiseLevel, _ differences: [NDArray], order: Int, noise: () -> NDArray
  ) -> NDArray {
    let h = t.lambda - s.lambda
    let (keep, scale, z): (Double, Double, Double) =
      switch algorithm {
      case .picture: (t.sigma / s.sigma, t.alpha, -h)
      case .noise: (t.alpha / s.alpha, t.sigma, h)
      case .stochasticPicture: (t.sigma / s.sigma * exp(-h), t.alpha, -2 * h)
      case .stochasticNoise: (t.alpha / s.alpha, 2 * t.sigma, h)
      }
    let φ1 = expm1(z)
    let φ2 = order == 2 && variant == .midpoint ? φ1 / 2 : φ1 / z - 1
    let weights = [φ1, φ2, (φ1 - z) / (z * z) - 0.5]
    var terms = [(keep, x)] + zip(weights, differences).map { (-scale * $0, $1) }
    switch algorithm {
    case .picture, .noise: break
    case .stochasticPicture: terms.append((t.sigma * (-expm1(-2 * h)).squareRoot(), noise()))
    case .stochasticNoise: terms.append((t.sigma * expm1(2 * h).squareRoot(), noise()))
    }
    return weightedSum(terms)
  }
}

/// (b − a) / r, a difference quotient.
func quotient(_ a: NDArray, _ b: NDArray, _ r: Double) -> NDArray {
  weightedSum((1 / r, b), (-1 / r, a))
}
