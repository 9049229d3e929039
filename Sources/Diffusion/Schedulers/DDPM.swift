package import Tensors

/// Denoising diffusion probabilistic models (Ho et al. 2020, equation 7): ancestral sampling.
package struct DDPM: AlphaSampler {
  /// How much noise a step draws.
  private enum Variance: String, ConfigurationChoice {
    /// As the posterior of the forward process has.
    case small = "fixed_small"
    /// β of the step.
    case large = "fixed_large"
  }

  let track: AlphaTrack
  let prediction: Prediction
  let clipping: Clipping
  private let variance: Variance

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration)
    prediction = try Prediction(configuration, .ddpm)
    track = try AlphaTrack(configuration, schedule, steps: steps, prediction, reachesOne: true)
    clipping = try Clipping(configuration, clips: true)
    variance = try configuration["variance_type"] ?? .small
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let x0 = denoised(output, at: i, from: x)
    let ᾱ = track.alphaBar(at: Int(timesteps[i]))
    let ᾱNext = track.alphaBar(at: i + 1 < timesteps.count ? Int(timesteps[i + 1]) : -1)
    let α = ᾱ / ᾱNext
    let mean = weightedSum(
      (ᾱNext.squareRoot() * (1 - α) / (1 - ᾱ), x0), (α.squareRoot() * (1 - ᾱNext) / (1 - ᾱ), x))
    guard timesteps[i] > 0 else { return mean }
    let posterior = max((1 - ᾱNext) / (1 - ᾱ) * (1 - α), 1e-20)
    return weightedSum((1, mean), ((variance == .small ? posterior : 1 - α).squareRoot(), noise()))
  }
}
