package import Tensors

/// Euler's method with part of every step's noise drawn anew (k-diffusion's ancestral sampling).
package struct EulerAncestral: SigmaSampler {
  let track: SigmaTrack
  let prediction: Prediction

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration, floor: 0x1p-24)
    track = try SigmaTrack(configuration, schedule, steps: steps, .training)
    prediction = try Prediction(configuration, .eulerAncestral, among: [.epsilon, .velocity])
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let x0 = denoised(output, at: i, from: x)
    let (from, to) = (track.sigmas[i], track.sigmas[i + 1])
    let up = to / from * (from * from - to * to).squareRoot()
    let down = to * to / from
    return weightedSum((down / from, x), (1 - down / from, x0), (up, noise()))
  }
}
