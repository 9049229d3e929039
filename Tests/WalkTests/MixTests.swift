import Diffusion
import Foundation
import Tensors
import Testing
import Walk

@Suite struct MixTests {
  static let shape = [1, 4, 16, 16]
  static let noises = (1...5).map { seed in
    var generator = NoiseGenerator(seed: UInt64(seed))
    return generator.next(shape: shape)
  }
  /// Weights as a walk has them, between two keyframes and, with overshoot, among more.
  static let weights: [[Double]] = [
    [1], [0.5, 0.5], [0.9, 0.1], [-0.0625, 0.5625, 0.5625, -0.0625], [-0.07, 0.9, 0.2, -0.03],
    [0.2, 0.2, 0.2, 0.2, 0.2],
  ]

  /// A mean of n standard normal numbers has the deviation 1/√n, and their variance √(2/n); four of them are the bound.
  @Test(arguments: weights) func gaussianKeepsMeanAndVariance(weights: [Double]) {
    let mixed = Mix.gaussian(Array(zip(weights, Self.noises)))
    let n = Double(mixed.count)
    #expect(abs(mean(mixed)) < 4 / n.squareRoot())
    #expect(abs(variance(mixed) - 1) < 4 * (2 / n).squareRoot())
  }

  @Test(arguments: weights) func lerpKeepsTheVarianceOfItsWeightsOnly(weights: [Double]) {
    let mixed = Mix.lerp(Array(zip(weights, Self.noises)))
    let expected = weights.reduce(0) { $0 + $1 * $1 }
    #expect(abs(variance(mixed) / expected - 1) < 4 * (2 / Double(mixed.count)).squareRoot())
  }

  /// Two independent noises are nearly at right angles, where arc and divided line go the same way.
  @Test func gaussianOfTwoLiesOnTheArc() {
    for t in [0.1, 0.3, 0.5, 0.8] {
      let mixed = Mix.gaussian([(1 - t, Self.noises[0]), (t, Self.noises[1])])
      let angle = atan2(t, 1 - t) / (.pi / 2)
      let arc = slerp(Self.noises[0], Self.noises[1], angle)
      let error = zip(mixed.values, arc.values).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error < 0.2, "t \(t)")
    }
  }

  @Test func equalKeyframesCountAsOne() {
    let weights = [Weight(0, 0.5), Weight(1, 0.25), Weight(3, 0.25)]
    let merged = weights.merged { [7, 8, 9, 7][$0] }
    #expect(merged.map(\.key) == [7, 8])
    #expect(merged.map(\.weight) == [0.75, 0.25])
  }
}

private func mean(_ array: NDArray) -> Double { array.values.reduce(0) { $0 + Double($1) } / Double(array.count) }

private func variance(_ array: NDArray) -> Double {
  array.values.reduce(0) { $0 + Double($1) * Double($1) } / Double(array.count) - mean(array) * mean(array)
}
