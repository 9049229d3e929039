package import Tensors

/// DPM-Solver and DPM-Solver++ with the model's last outputs (Lu et al. 2022, algorithm 2 of the
/// second paper): DPM++ 2M and its kin.
package struct DPMSolverMultistep: SolverSampler {
  let track: SolverTrack
  let prediction: Prediction
  let clipping: Clipping
  private let solver: DPMSolver
  private let lowersOrderAtEnd: Bool
  private let endsWithEuler: Bool
  /// The last converted outputs, the newest first.
  private var outputs: [NDArray] = []

  package var memory: [NDArray] {
    get { outputs }
    set { outputs = newValue }
  }

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration, floor: 0x1p-24)
    solver = try DPMSolver(
      configuration, .dpmpp2M, supports: [.picture, .noise, .stochasticPicture, .stochasticNoise])
    let pictureOnly: [Prediction] = solver.algorithm.predictsPicture ? [.flow] : []
    prediction = try Prediction(configuration, .dpmpp2M, among: [.epsilon, .velocity, .sample] + pictureOnly)
    let isCosine = try configuration["beta_schedule"] == NoiseSchedule.Course.squaredCosine
    track = try SolverTrack(configuration, schedule, steps: steps, .init(roundsKarras: !isCosine))
    clipping = try Clipping(configuration, clips: nil)
    try configuration.require("variance_type", .null)
    // Few steps leave no room for a high order at the end.
    lowersOrderAtEnd = try (configuration["lower_order_final"] ?? true) && steps < 15
    endsWithEuler = try configuration["euler_at_final"] ?? false
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    outputs = [solver.converted(output, from: x, at: noiseLevel(at: i), prediction, clipping)] + outputs.prefix(2)
    let next = track.levels[i + 1]
    let remaining = timesteps.count - i
    var order = min(solver.order, outputs.count)
    if lowersOrderAtEnd { order = min(order, remaining) }
    if remaining == 1, endsWithEuler || next.sigma == 0 { order = 1 }
    return solver.step(x, from: noiseLevel(at: i), to: next, differences(at: i, order), order: order, noise: noise)
  }

  private func differences(at i: Int, _ order: Int) -> [NDArray] {
    guard order > 1 else { return [outputs[0]] }
    let λ = (0..<order).map { noiseLevel(at: i - $0).lambda }
    let h = noiseLevel(at: i + 1).lambda - λ[0]
    let r0 = (λ[0] - λ[1]) / h
    let near = quotient(outputs[1], outputs[0], r0)
    guard order > 2 else { return [outputs[0], near] }
    let r1 = (λ[1] - λ[2]) / h
    let far = quotient(outputs[2], outputs[1], r1)
    let second = quotient(far, near, r0 + r1)
    return [outputs[0], weightedSum((1, near), (r0, second)), second]
  }
}

extension DPMSolver {
  /// The picture or the noise, whichever the algorithm integrates.
  func converted(
    _ output: NDArray, from x: NDArray, at level: NoiseLevel, _ prediction: Prediction, _ clipping: Clipping
  ) -> NDArray {
    if algorithm.predictsPicture { return clipping(prediction.picture(output, from: x, at: level)) }
    let noise = prediction.noise(output, from: x, at: level)
    guard clipping.isOn else { return noise }
    let picture = clipping(Prediction.epsilon.picture(noise, from: x, at: level))
    return Prediction.sample.noise(picture, from: x, at: level)
  }
}
