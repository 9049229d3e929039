internal import Foundation
package import Tensors

/// What the model was trained to predict of a latent x = α·x0 + σ·ε.
package enum Prediction: String, ConfigurationChoice {
  /// The noise ε.
  case epsilon
  /// The velocity α·ε − σ·x0 (Salimans and Ho 2022), for α² + σ² = 1.
  case velocity = "v_prediction"
  /// The picture x0.
  case sample
  /// The flow ε − x0, for α + σ = 1.
  case flow = "flow_prediction"

  /// The picture x0 in latent `x`, by the model's `output`.
  package func picture(_ output: NDArray, from x: NDArray, at level: NoiseLevel) -> NDArray {
    let (α, σ) = (level.alpha, level.sigma)
    switch self {
    case .epsilon: return weightedSum((1 / α, x), (-σ / α, output))
    case .velocity: return weightedSum((α / level.power, x), (-σ / level.power.squareRoot(), output))
    case .sample: return output
    case .flow: return weightedSum((1 / (α + σ), x), (-σ / (α + σ), output))
    }
  }

  /// The noise ε in latent `x`, by the model's `output`.
  package func noise(_ output: NDArray, from x: NDArray, at level: NoiseLevel) -> NDArray {
    let (α, σ) = (level.alpha, level.sigma)
    switch self {
    case .epsilon: return output
    case .velocity: return weightedSum((σ / level.power, x), (α / level.power.squareRoot(), output))
    case .sample: return weightedSum((1 / σ, x), (-α / σ, output))
    case .flow: return weightedSum((1 / (α + σ), x), (α / (α + σ), output))
    }
  }
}

extension NoiseLevel {
  /// The variance of a latent whose picture has variance one.
  var power: Double { alpha * alpha + sigma * sigma }

  /// Half the logarithm of the signal-to-noise ratio, the λ of Lu et al. 2022.
  var lambda: Double { log(alpha) - log(sigma) }
}
