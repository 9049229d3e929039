internal import Tensors

/// What some samplers do to the predicted picture before they go on with it.
struct Clipping: Sendable {
  private enum Method {
    case none
    case range(Float)
    /// Dynamic thresholding (Saharia et al. 2022): each picture is held within a quantile of
    /// its own magnitudes and scaled back to ±1.
    case quantile(Double, atMost: Float)
  }

  private let method: Method

  /// `clips` is the class's own default for `clip_sample`; nil where the class does not clip.
  init(_ configuration: SchedulerConfiguration, clips: Bool?, thresholds: Bool = true) throws(SchedulerError) {
    if thresholds, try configuration["thresholding"] ?? false {
      let ratio = try configuration["dynamic_thresholding_ratio"] ?? 0.995
      guard 0...1 ~= ratio else {
        throw SchedulerError("dynamic_thresholding_ratio", found: "\(ratio)", expected: "a number from 0 to 1")
      }
      method = .quantile(ratio, atMost: Float(try configuration["sample_max_value"] ?? 1.0))
    } else if let clips, try configuration["clip_sample"] ?? clips {
      method = .range(Float(try configuration["clip_sample_range"] ?? 1.0))
    } else {
      method = .none
    }
  }

  var isOn: Bool {
    if case .none = method { false } else { true }
  }

  func callAsFunction(_ x: NDArray) -> NDArray {
    switch method {
    case .none: return x
    case .range(let limit):
      var clipped = x
      clamp(&clipped.values[...], to: limit)
      return clipped
    case .quantile(let ratio, let most):
      var clipped = x
      let size = x.count / x.shape[0]
      for start in stride(from: 0, to: x.count, by: size) {
        let limit = min(max(quantile(ratio, ofMagnitudesIn: x.values[start..<start + size]), 1), most)
        clamp(&clipped.values[start..<start + size], to: limit, dividingBy: limit)
      }
      return clipped
    }
  }
}

private func clamp(_ values: inout ArraySlice<Float>, to limit: Float, dividingBy divisor: Float = 1) {
  for i in values.indices { values[i] = max(-limit, min(values[i], limit)) / divisor }
}

/// The quantile of the absolute values, linear between neighbours.
private func quantile(_ ratio: Double, ofMagnitudesIn values: ArraySlice<Float>) -> Float {
  let sorted = values.map(abs).sorted()
  let position = ratio * Double(sorted.count - 1)
  let below = Int(position)
  let above = min(below + 1, sorted.count - 1)
  let part = position - Double(below)
  return Float((1 - part) * Double(sorted[below]) + part * Double(sorted[above]))
}
