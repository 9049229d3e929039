import Testing

import Walk

@Suite struct MonotoneCurveTests {
  static let curves: [([Double], [Double])] = [
    ([0, 1], [0, 1]), ([0, 1, 2, 3], [0, 0, 5, 5]), ([0, 0.01, 5, 5.01], [0, 0.9, 0.95, 1]),
    ([0, 1, 2, 4, 8], [0, 1, 4, 16, 64]),
  ]

  @Test(arguments: curves) func itMeetsItsPointsAndNeverFalls(xs: [Double], ys: [Double]) {
    let curve = MonotoneCurve(xs, ys)
    for (x, y) in zip(xs, ys) { #expect(abs(curve(x) - y) < 1e-12 * max(1, y)) }
    let heights = (0...1000).map { curve(xs[0] + (xs[xs.count - 1] - xs[0]) * Double($0) / 1000) }
    #expect(zip(heights, heights.dropFirst()).allSatisfy { $1 >= $0 - 1e-12 })
  }

  @Test func aStraightLineStaysOne() {
    let curve = MonotoneCurve([0, 1, 3, 4], [0, 2, 6, 8])
    for x in [0.1, 0.7, 1.5, 2.9, 3.3] { #expect(abs(curve(x) - 2 * x) < 1e-12) }
  }

  @Test(arguments: [
    (10, [1.0, 1], [5, 5]), (10, [3, 1], [7, 3]), (5, [100, 0.1, 0.1], [3, 1, 1]), (4, [0, 0], [2, 2]),
    (7, [1, 2, 4], [1, 2, 4]),
  ])
  func framesAreSharedByLength(frames: Int, lengths: [Double], shares: [Int]) {
    let found = Timeline.shares(of: frames, among: lengths)
    #expect(found.reduce(0, +) == frames && found.allSatisfy { $0 > 0 })
    let steps = { (shares: [Int]) in zip(lengths, shares).map { $0 / Double($1) }.max()! }
    #expect(steps(found) <= steps(shares))
  }
}
