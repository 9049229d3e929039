/// How the training times that a run visits are spread.
package enum TimestepSpacing: String, ConfigurationChoice {
  /// Multiples of a whole stride, counted from time 0, plus the configuration's `steps_offset`.
  case leading
  /// Evenly from the last time to the first.
  case linspace
  /// Multiples of a stride, counted down from the last time.
  case trailing

  /// `steps` of the `count` training times, falling.
  ///
  /// The solvers of Lu et al. leave out one point more at the end (`skipsEnd`).
  func timesteps(
    _ steps: Int, of count: Int, offset: Int, skipsEnd: Bool = false, until last: Int? = nil
  ) throws(SchedulerError) -> [Double] {
    guard 1...count ~= steps else {
      throw SchedulerError(
        "steps", found: "\(steps)", expected: "a number from 1 to the model's \(count) training times")
    }
    let points = skipsEnd ? steps + 1 : steps
    let last = last ?? count
    let times: [Double]
    switch self {
    case .linspace:
      times = line(from: 0, to: Double(last - 1), count: points).reversed().prefix(steps).map { $0 }
    case .leading:
      let stride = last / points
      times = (0..<points).reversed().prefix(steps).map { Double($0 * stride) + Double(offset) }
    case .trailing:
      let stride = Double(count) / Double(steps)
      times = (0..<steps).map { (Double(last) - Double($0) * stride).rounded(.toNearestOrEven) - 1 }
    }
    guard let first = times.first, let end = times.last, first <= Double(count - 1), end >= 0 else {
      throw SchedulerError(
        "\(steps) steps, \(rawValue) spacing, steps_offset \(offset)",
        found: "times outside of the model's \(count) training times", expected: "fewer steps, or another spacing")
    }
    return times
  }
}

/// `count` numbers evenly from `start` to `end`, both included; `start` alone if there is but one.
func line(from start: Double, to end: Double, count: Int) -> [Double] {
  let step = (end - start) / Double(max(count - 1, 1))
  return (0..<count).map { start + step * Double($0) }
}

extension Array where Element == Double {
  /// To whole numbers, halves to the even one.
  var rounded: [Double] { map { $0.rounded(.toNearestOrEven) } }

  /// To what single precision holds.
  var single: [Double] { map { Double(Float($0)) } }
}
