package import Tensors

/// Denoising diffusion implicit models (Song et al. 2021, equation 12).
package struct DDIM: AlphaSampler {
  let track: AlphaTrack
  package let prediction: Prediction
  let clipping: Clipping
  /// How much noise is drawn anew: 0 for none, 1 for as much as DDPM.
  package var eta = 0.0
  /// Whether the direction is taken from the clipped picture instead of the model's output.
  package var followsClippedPicture = false

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration)
    prediction = try Prediction(configuration, .ddim)
    track = try AlphaTrack(
      configuration, schedule, steps: steps, prediction, reachesOne: try configuration["set_alpha_to_one"] ?? true)
    clipping = try Clipping(configuration, clips: true)
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let level = noiseLevel(at: i)
    let x0 = denoised(output, at: i, from: x)
    let ε =
      followsClippedPicture
      ? Prediction.sample.noise(x0, from: x, at: level) : prediction.noise(output, from: x, at: level)

    let ᾱ = track.alphaBar(at: Int(timesteps[i]))
    let ᾱNext = track.alphaBar(at: Int(timesteps[i]) - track.stride)
    let fresh = eta * ((1 - ᾱNext) / (1 - ᾱ) * (1 - ᾱ / ᾱNext)).squareRoot()
    let direction = (1 - ᾱNext - fresh * fresh).squareRoot()
    let next = weightedSum((ᾱNext.squareRoot(), x0), (direction, ε))
    return eta > 0 ? weightedSum((1, next), (fresh, noise())) : next
  }
}
