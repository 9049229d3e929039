import Foundation
import Tensors
import Testing
import Walk

@Suite struct InterpolationLaws {
  static let ways = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]
  /// Two noises as a walk meets them: independent, normal, 4×8×8.
  static let (a, b) = (gauss(seed: 1, count: 256), gauss(seed: 2, count: 256))

  @Test func endsAreKeptToTheBit() {
    let (a, b) = (Self.a.map(Float.init), Self.b.map(Float.init))
    for mix in Mix.allCases {
      let (x, y) = (NDArray(a, shape: [1, 4, 8, 8]), NDArray(b, shape: [1, 4, 8, 8]))
      #expect(mix([(1, x), (0, y)]) == x)
      #expect(mix([(0, x), (1, y)]) == y)
    }
  }

  @Test(arguments: ways) func slerpOfEqualLengthsKeepsTheLength(t: Double) {
    let (a, b) = (unit(Self.a), unit(Self.b))
    #expect(abs(length(slerp(a, b, t)) - 1) < 1e-14)
  }

  @Test(arguments: ways) func slerpCoversAnglesEvenly(t: Double) {
    let (a, b) = (unit(Self.a), unit(Self.b))
    let whole = acos(dot(a, b))
    #expect(abs(acos(min(1, dot(a, slerp(a, b, t)))) - t * whole) < 1e-7)
  }

  @Test(arguments: ways) func backwardsIsTheSameWay(t: Double) {
    for (x, y) in zip(slerp(Self.a, Self.b, t), slerp(Self.b, Self.a, 1 - t)) { #expect(abs(x - y) < 1e-14) }
    for (x, y) in zip(lerp(Self.a, Self.b, t), lerp(Self.b, Self.a, 1 - t)) { #expect(abs(x - y) < 1e-14) }
  }

  @Test(arguments: ways) func equalEndsStay(t: Double) {
    for (x, y) in zip(slerp(Self.a, Self.a, t), Self.a) { #expect(abs(x - y) < 1e-15) }
  }

  /// Nothing that a walk can meet gives NaN, and nothing jumps where the guards take over.
  @Test(arguments: [0, 1e-300, 1e-12, 9.9e-8, 1.01e-7, 1e-4, 1, 3.14, Double.pi - 1.01e-7, Double.pi - 1e-9, Double.pi])
  func noAngleIsTooSmallOrTooWide(angle: Double) {
    for t in Self.ways {
      let point = slerp([1, 0, 0], [cos(angle), sin(angle), 0], t)
      #expect(point.allSatisfy { $0.isFinite })
      if angle < .pi - 1e-6 { #expect(abs(length(point) - 1) < 1e-13, "angle \(angle), t \(t)") }
    }
  }

  @Test func doublePrecisionIsUsedForFloats() {
    let (a, b) = (Self.a.map(Float.init), Self.b.map(Float.init))
    let exact = slerp(a.map(Double.init), b.map(Double.init), 0.3)
    #expect(slerp(a, b, 0.3) == exact.map(Float.init))
  }
}

/// Normal numbers by Box and Muller over a small congruential generator.
private func gauss(seed: UInt64, count: Int) -> [Double] {
  var state = seed
  func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (Double(state >> 11) + 0.5) / Double(1 << 53)
  }
  return (0..<count).map { _ in (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map(*).reduce(0, +) }
private func length(_ a: [Double]) -> Double { dot(a, a).squareRoot() }
private func unit(_ a: [Double]) -> [Double] { a.map { $0 / length(a) } }
