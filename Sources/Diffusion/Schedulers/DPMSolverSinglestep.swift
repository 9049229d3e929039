package import Tensors

/// DPM-Solver and DPM-Solver++ in groups of one, two or three evaluations, each group one step of
/// that order (Lu et al. 2022, algorithms 1 and 2): DPM++ 2S and its kin.
package struct DPMSolverSinglestep: SolverSampler {
  let track: SolverTrack
  let prediction: Prediction
  let clipping: Clipping
  private let solver: DPMSolver
  /// Of every evaluation, its number within its group.
  private let orders: [Int]
  /// The last converted outputs, the newest first.
  private var outputs: [NDArray] = []
  /// The latent at the start of the group.
  private var start: NDArray?

  package var memory: [NDArray] {
    get { outputs + (start.map { [$0] } ?? []) }
    set {
      outputs = Array(newValue.prefix(outputs.count))
      start = start == nil ? nil : newValue.last
    }
  }

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration, zeroTerminal: false)
    solver = try DPMSolver(configuration, .dpmpp2S, supports: [.picture, .noise, .stochasticPicture])
    let pictureOnly: [Prediction] = solver.algorithm.predictsPicture ? [.flow] : []
    prediction = try Prediction(configuration, .dpmpp2S, among: [.epsilon, .velocity, .sample] + pictureOnly)
    track = try SolverTrack(configuration, schedule, steps: steps, .init(spacing: .linspace))
    clipping = try Clipping(configuration, clips: nil)
    try configuration.require("variance_type", .null)
    let endsAtZero = track.sigmas[steps] == 0
    let lowersOrderAtEnd = try configuration["lower_order_final"] ?? false
    orders = groups(
      of: solver.order, steps: steps,
      lowersOrderAtEnd: lowersOrderAtEnd || endsAtZero || !steps.isMultiple(of: solver.order), endsAtZero: endsAtZero)
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    outputs = [solver.converted(output, from: x, at: noiseLevel(at: i), prediction, clipping)] + outputs.prefix(2)
    let order = min(orders[i], outputs.count)
    if order == 1 { start = x }
    return solver.step(
      start ?? x, from: noiseLevel(at: i - order + 1), to: noiseLevel(at: i + 1), differences(at: i, order),
      order: order, noise: noise)
  }

  /// Against the output at the group's start.
  private func differences(at i: Int, _ order: Int) -> [NDArray] {
    guard order > 1 else { return [outputs[0]] }
    let first = outputs[order - 1]
    let λ = noiseLevel(at: i - order + 1).lambda
    let h = noiseLevel(at: i + 1).lambda - λ
    let r0 = (noiseLevel(at: i).lambda - λ) / h
    let whole = quotient(first, outputs[0], r0)
    guard order > 2 else { return [first, whole] }
    guard solver.variant == .heun else { return [first, whole] }
    let r1 = (noiseLevel(at: i - 1).lambda - λ) / h
    let part = quotient(first, outputs[1], r1)
    let second = quotient(part, whole, (r0 - r1) / 2)
    return [first, weightedSum((r0 / (r0 - r1), part), (-r1 / (r0 - r1), whole)), second]
  }
}

/// The numbers 1, 2, … within groups of `order` evaluations, `steps` in all; the last groups are
/// smaller where they would not fit or must not be large.
private func groups(of order: Int, steps: Int, lowersOrderAtEnd: Bool, endsAtZero: Bool) -> [Int] {
  let group = Array(1...order)
  let whole = lowersOrderAtEnd && steps.isMultiple(of: order) && order > 1 ? steps / order - 1 : steps / order
  var orders = Array(repeatElement(group, count: whole).joined())
  if orders.count < steps {
    // The last evaluation stands alone where a whole group is left.
    let rest = steps - orders.count
    orders += rest == order ? group.dropLast() + [1] : group.prefix(rest)
  }
  if endsAtZero { orders[steps - 1] = 1 }
  return orders
}
