package import Tensors

/// Heun's second-order method in σ (Karras et al. 2022, algorithm 1): every step
/// but the last evaluates the model twice.
package struct Heun: SigmaSampler {
  let track: SigmaTrack
  let prediction: Prediction
  private let clipping: Clipping
  /// The slope at the start of a step, and the latent there, while the second evaluation is due.
  private var start: (slope: NDArray, x: NDArray)?

  package var memory: [NDArray] {
    get { start.map { [$0.slope, $0.x] } ?? [] }
    set { start = start == nil ? nil : (newValue[0], newValue[1]) }
  }

  package let evaluationsPerStep = 2

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let defaults = NoiseSchedule.Defaults(start: 0.00085, end: 0.012)
    let schedule = try NoiseSchedule(configuration, defaults, zeroTerminal: false)
    let once = try SigmaTrack(configuration, schedule, steps: steps, try SigmaSpacing(configuration))
    track = SigmaTrack(visitingTwice: once)
    prediction = try Prediction(configuration, .heun)
    clipping = try Clipping(configuration, clips: false, thresholds: false)
  }

  package func denoised(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray {
    clipping(prediction.picture(output, from: x, at: noiseLevel(at: i)))
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let σ = track.sigmas[i]
    let x0 = denoised(output, at: i, from: x)
    let slope = weightedSum((1 / σ, x), (-1 / σ, x0))
    guard let start else {
      self.start = (slope, x)
      return weightedSum((1, x), (track.sigmas[i + 1] - σ, slope))
    }
    self.start = nil
    let half = (σ - track.sigmas[i - 1]) / 2
    return weightedSum((1, start.x), (half, start.slope), (half, slope))
  }
}

extension SigmaTrack {
  /// Every level but the first and the last twice: as the end of one step and the start of the next.
  fileprivate init(visitingTwice once: SigmaTrack) {
    timesteps = once.timesteps.prefix(1) + once.timesteps.dropFirst().flatMap { [$0, $0] }
    sigmas = once.sigmas.prefix(1) + once.sigmas.dropFirst().dropLast().flatMap { [$0, $0] } + once.sigmas.suffix(1)
    initialNoiseScale = once.initialNoiseScale
  }
}
