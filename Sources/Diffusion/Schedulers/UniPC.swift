internal import Foundation
package import Tensors

/// The unified predictor-corrector (Zhao et al. 2023): every output first corrects the latent it
/// was made from, then predicts the next one.
package struct UniPC: SolverSampler {
  private enum Variant: String, ConfigurationChoice {
    /// B(h) = h.
    case bh1
    /// B(h) = e^h − 1.
    case bh2
  }

  let track: SolverTrack
  let prediction: Prediction
  let clipping: Clipping
  private let predictsPicture: Bool
  private let variant: Variant
  private let order: Int
  private let lowersOrderAtEnd: Bool
  /// The evaluations behind which the corrector rests.
  private let uncorrected: Set<Int>

  /// The last converted outputs, the newest first.
  private var outputs: [NDArray] = []
  /// The corrected latent before the last step, and that step's order.
  private var last: (x: NDArray, order: Int)?

  package var memory: [NDArray] {
    get { outputs + (last.map { [$0.x] } ?? []) }
    set {
      outputs = Array(newValue.prefix(outputs.count))
      last = last.flatMap { last in newValue.last.map { ($0, last.order) } }
    }
  }

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration, floor: 0x1p-24)
    predictsPicture = try configuration["predict_x0"] ?? true
    let pictureOnly: [Prediction] = predictsPicture ? [.flow] : []
    prediction = try Prediction(configuration, .unipc, among: [.epsilon, .velocity, .sample] + pictureOnly)
    track = try SolverTrack(configuration, schedule, steps: steps, .init(isDPM: false))
    clipping = try Clipping(configuration, clips: nil)
    try configuration.require("solver_p", .null)
    try configuration.require("shift_terminal", .null)
    // Names of other solvers stand in files that were made for those; the reference reads them so.
    let name = try configuration["solver_type"] ?? Variant.bh2.rawValue
    let variant = ["midpoint", "heun", "logrho"].contains(name) ? .bh2 : Variant(rawValue: name)
    order = try configuration["solver_order"] ?? 2
    lowersOrderAtEnd = try configuration["lower_order_final"] ?? true
    uncorrected = Set(try configuration["disable_corrector"] ?? [Int]())
    guard let variant else {
      throw SchedulerError("solver_type of the scheduler's configuration", found: name, expected: Variant.expectation)
    }
    guard 1...3 ~= order else {
      throw SchedulerError("solver_order of the scheduler's configuration", found: "\(order)", expected: "1, 2 or 3")
    }
    self.variant = variant
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let converted =
      predictsPicture ? denoised(output, at: i, from: x) : prediction.noise(output, from: x, at: noiseLevel(at: i))
    var corrected = x
    if let last, !uncorrected.contains(i - 1) {
      corrected = advance(last.x, at: i - 1, order: last.order, reaching: converted)
    }
    outputs = [converted] + outputs.prefix(2)
    var order = min(order, outputs.count)
    if lowersOrderAtEnd { order = min(order, timesteps.count - i) }
    if track.sigmas[i + 1] == 0 { order = 1 }
    last = (corrected, order)
    return advance(corrected, at: i, order: order, reaching: nil)
  }

  /// The step from level `i` to the next, by `outputs`, the newest of which was made at `i`.
  ///
  /// With `arrival`, the output at the next level, this is the corrector, else the predictor.
  private func advance(_ x: NDArray, at i: Int, order: Int, reaching arrival: NDArray?) -> NDArray {
    let (s, t) = (noiseLevel(at: i), noiseLevel(at: i + 1))
    let h = t.lambda - s.lambda
    let (keep, scale, z) =
      predictsPicture ? (t.sigma / s.sigma, t.alpha, -h) : (t.alpha / s.alpha, t.sigma, h)
    let bend = variant == .bh1 ? z : expm1(z)

    // Where the outputs lie, as parts of the step, and their differences from the newest.
    var places = (1..<order).map { (noiseLevel(at: i - $0).lambda - s.lambda) / h }
    var differences = (1..<order).map { quotient(outputs[0], outputs[$0], places[$0 - 1]) }
    if let arrival {
      places.append(1)
      differences.append(quotient(outputs[0], arrival, 1))
    }
    let weights = arrival == nil && order == 2 || arrival != nil && order == 1 ? [0.5] : weights(places, z, bend)
    return weightedSum(
      [(keep, x), (-scale * expm1(z), outputs[0])] + zip(weights, differences).map { (-scale * bend * $0, $1) })
  }

  /// The weights ρ of the differences, which give the step its order: theorem 3.1 of the paper.
  private func weights(_ places: [Double], _ z: Double, _ bend: Double) -> [Double] {
    var φ = expm1(z) / z - 1
    var factorial = 1.0
    var right: [Double] = []
    for k in 1...max(places.count, 1) {
      right.append(φ * factorial / bend)
      factorial *= Double(k + 1)
      φ = φ / z - 1 / factorial
    }
    return solved(places.indices.map { k in places.map { pow($0, Double(k)) } }, right)
  }
}

/// The solution of a small system of linear equations, by Gauss's elimination with pivots.
private func solved(_ rows: [[Double]], _ right: [Double]) -> [Double] {
  let n = rows.count
  var system = zip(rows, right).map { $0 + [$1] }
  for column in 0..<n {
    let pivot = (column..<n).max { abs(system[$0][column]) < abs(system[$1][column]) } ?? column
    system.swapAt(column, pivot)
    for row in 0..<n where row != column {
      let factor = system[row][column] / system[column][column]
      for k in column...n { system[row][k] -= factor * system[column][k] }
    }
  }
  return (0..<n).map { system[$0][n] / system[$0][$0] }
}
