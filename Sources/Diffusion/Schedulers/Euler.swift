package import Tensors

/// Euler's method in σ (Karras et al. 2022, algorithm 2; without churn, algorithm 1 less its correction).
package struct Euler: SigmaSampler {
  /// Noise that a step adds before it takes it away again with the rest.
  package struct Churn: Sendable {
    /// As k-diffusion counts it, for the whole run (`s_churn`).
    package var amount: Double
    /// The noise levels at which it is added.
    package var levels: ClosedRange<Double>
    /// The noise's standard deviation (`s_noise`).
    package var deviation: Double

    package init(amount: Double = 0, levels: ClosedRange<Double> = 0...Double.infinity, deviation: Double = 1) {
      self.amount = amount
      self.levels = levels
      self.deviation = deviation
    }
  }

  let track: SigmaTrack
  package let prediction: Prediction
  package var churn = Churn()

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let levels = try EulerLevels(configuration)
    track = try levels.track(steps: steps)
    prediction = levels.prediction
  }

  /// A run that visits the given training times, which fall, at the noise levels that they had in training.
  package init(_ configuration: SchedulerConfiguration, timesteps: [Double]) throws(SchedulerError) {
    let levels = try EulerLevels(configuration)
    track = try levels.track(timesteps: timesteps)
    prediction = levels.prediction
  }

  /// A run from the first of the given noise levels, which fall, to the last.
  package init(_ configuration: SchedulerConfiguration, sigmas: [Double]) throws(SchedulerError) {
    let levels = try EulerLevels(configuration)
    track = try levels.track(sigmas: sigmas)
    prediction = levels.prediction
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let σ = track.sigmas[i]
    let raise = churn.levels.contains(σ) ? min(churn.amount / Double(timesteps.count), 2.0.squareRoot() - 1) : 0
    let raised = σ * (1 + raise)
    let added = churn.deviation * (raised * raised - σ * σ).squareRoot()
    let x = raise > 0 ? weightedSum((1, x), (added, noise())) : x
    let x0 = prediction.picture(output, from: x, at: NoiseLevel(alpha: 1, sigma: raised))
    let rest = track.sigmas[i + 1] / raised
    return weightedSum((rest, x), (1 - rest, x0))
  }
}
