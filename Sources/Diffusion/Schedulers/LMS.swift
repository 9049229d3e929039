package import Tensors

/// The linear multistep method of order four (Adams–Bashforth) in σ, of k-diffusion.
package struct LMS: SigmaSampler {
  let track: SigmaTrack
  let prediction: Prediction
  /// The last slopes, the newest first.
  private var slopes: [NDArray] = []

  package var memory: [NDArray] {
    get { slopes }
    set { slopes = newValue }
  }

  private static let order = 4

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration, zeroTerminal: false)
    track = try SigmaTrack(configuration, schedule, steps: steps, try SigmaSpacing(configuration))
    prediction = try Prediction(configuration, .lms)
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    let σ = track.sigmas[i]
    let x0 = denoised(output, at: i, from: x)
    slopes.insert(weightedSum((1 / σ, x), (-1 / σ, x0)), at: 0)
    slopes = Array(slopes.prefix(Self.order))
    // The order goes by the place in the schedule even where a run begins in its middle and
    // has fewer slopes yet: what the reference does, so that both make the same picture.
    let weights = weights(at: i, order: min(i + 1, Self.order))
    return weightedSum([(1, x)] + zip(weights, slopes).map { ($0, $1) })
  }

  /// The integrals over the step of the Lagrange polynomials through the last `order` levels.
  private func weights(at i: Int, order: Int) -> [Double] {
    let knots = (0..<order).map { track.sigmas[i - $0] }
    let middle = (track.sigmas[i] + track.sigmas[i + 1]) / 2
    let half = (track.sigmas[i + 1] - track.sigmas[i]) / 2
    return knots.indices.map { j in
      func polynomial(_ σ: Double) -> Double {
        knots.indices.reduce(1.0) { $1 == j ? $0 : $0 * (σ - knots[$1]) / (knots[j] - knots[$1]) }
      }
      // Gauss's rule with two points is exact for cubics.
      let offset = half / 3.0.squareRoot()
      return half * (polynomial(middle - offset) + polynomial(middle + offset))
    }
  }
}
