package import Tensors

/// Multistep sampling of latent consistency models (Luo et al. 2023): jump to the picture, put
/// part of the noise back.
package struct LCM: AlphaSampler {
  let track: AlphaTrack
  let prediction: Prediction
  let clipping: Clipping
  private let timestepScaling: Double

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    try self.init(configuration, steps: steps, strength: 1)
  }

  /// A run over the last `strength` of the training times.
  package init(_ configuration: SchedulerConfiguration, steps: Int, strength: Double) throws(SchedulerError) {
    let defaults = NoiseSchedule.Defaults(start: 0.00085, end: 0.012, course: .scaledLinear)
    let schedule = try NoiseSchedule(configuration, defaults)
    prediction = try Prediction(configuration, .lcm)
    let times = try lcmTimesteps(configuration, steps: steps, of: schedule.count, strength: strength)
    track = try AlphaTrack(
      timesteps: times, schedule, steps: steps, prediction, reachesOne: try configuration["set_alpha_to_one"] ?? true)
    clipping = try Clipping(configuration, clips: false)
    timestepScaling = try configuration["timestep_scaling"] ?? 10
  }

  /// The consistency function: the picture, bent so that it is the latent itself at time zero.
  package func denoised(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray {
    let x0 = clipping(prediction.picture(output, from: x, at: noiseLevel(at: i)))
    let dataDeviation = 0.5
    let t = timesteps[i] * timestepScaling
    let power = t * t + dataDeviation * dataDeviation
    return weightedSum((t / power.squareRoot(), x0), (dataDeviation * dataDeviation / power, x))
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let x0 = denoised(output, at: i, from: x)
    return i + 1 < timesteps.count ? addNoise(x0, noise(), at: i + 1) : x0
  }
}

/// `steps` of the times that the model was distilled on, evenly from the last.
private func lcmTimesteps(
  _ configuration: SchedulerConfiguration, steps: Int, of count: Int, strength: Double
) throws(SchedulerError) -> [Double] {
  let original = try configuration["original_inference_steps"] ?? 50
  guard 1...count ~= original else {
    throw SchedulerError("original_inference_steps", found: "\(original)", expected: "a number from 1 to \(count)")
  }
  let distilled = Int(Double(original) * strength)
  guard steps >= 1, steps <= distilled else {
    throw SchedulerError(
      "steps", found: "\(steps)", expected: "a number from 1 to \(distilled) for lcm with this model")
  }
  let stride = count / original
  return (0..<steps).map { step in
    let place = Int(Double(distilled) / Double(steps) * Double(step))
    return Double((distilled - place) * stride - 1)
  }
}
