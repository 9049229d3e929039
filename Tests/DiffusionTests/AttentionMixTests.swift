import Diffusion
import Foundation
import Tensors
import Testing

@Suite(.timeLimit(.minutes(10))) struct AttentionMixTests {
  private static let (heads, size, queries) = (2, 3, 5)
  private static var width: Int { heads * size }

  /// The paper's formulas, in double precision.
  @Test(arguments: AttentionVariant.allCases, [0, 0.3, 1]) func formulasAreThePapers(
    _ variant: AttentionVariant, t: Double
  ) {
    let q = Matrix(Self.queries, Self.width, seed: 1)
    let (own, from, to) = (Self.pair(4, 2), Self.pair(6, 4), Self.pair(6, 6))
    func attention(_ ends: [Pair]) -> Matrix {
      Matrix.attention(q, ends.map(\.k).stacked, ends.map(\.v).stacked, heads: Self.heads)
    }
    let middle = Pair(k: .lerp(from.k, to.k, t), v: .lerp(from.v, to.v, t))
    let wanted =
      switch variant {
      case .inner: attention([middle])
      case .outer: Matrix.lerp(attention([from]), attention([to]), t)
      case .fusedInner: attention([own, middle])
      case .fusedOuter: Matrix.lerp(attention([own, from]), attention([own, to]), t)
      }
    let found = AttentionMix(variant, at: t).attend(
      q.tensor.columns, own: own.tensor, (from: from.tensor, to: to.tensor), heads: Self.heads)
    let error = zip(found.floats, wanted.rows.joined()).map { abs(Double($0) - $1) }.max()!
    #expect(error < 1e-5)  // single precision, numbers about 1
  }

  @Test func quantilesAreTheDistributions() {
    for p in [0, 0.01, 0.2, 0.5, 0.9, 1] {
      #expect(abs(betaQuantile(p, 1, 1) - p) < 1e-12)
      #expect(abs(betaQuantile(p, 2, 1) - p.squareRoot()) < 1e-12)
      #expect(abs(betaQuantile(p, 1, 3) - (1 - pow(1 - p, 1 / 3.0))) < 1e-12)
      #expect(abs(betaQuantile(p, 5, 2) - (1 - betaQuantile(1 - p, 2, 5))) < 1e-12)
      #expect(abs(betaQuantile(p, 530, 602) - (1 - betaQuantile(1 - p, 602, 530))) < 1e-9)
    }
    #expect(abs(betaQuantile(0.5, 4, 4) - 0.5) < 1e-12)
    // I_x(2, 2) = 3x² − 2x³ is 5/32 at x = 1/4.
    #expect(abs(betaQuantile(5.0 / 32, 2, 2) - 0.25) < 1e-12)
  }

  private struct Pair {
    let k, v: Matrix
    /// Side by side.
    var tensor: Tensor { Matrix(rows: zip(k.rows, v.rows).map { $0 + $1 }).tensor }
  }

  private static func pair(_ tokens: Int, _ seed: Int) -> Pair {
    Pair(k: Matrix(tokens, width, seed: seed), v: Matrix(tokens, width, seed: seed + 1))
  }
}

private struct Matrix {
  let rows: [[Double]]

  init(rows: [[Double]]) { self.rows = rows }

  init(_ count: Int, _ width: Int, seed: Int) {
    rows = (0..<count).map { i in (0..<width).map { j in sin(Double(seed * 100 + i * width + j)) } }
  }

  var tensor: Tensor {
    Tensor(rows.joined().map(Float.init), shape: [1, rows.count, rows[0].count], scalar: .float32)
  }

  static func lerp(_ a: Matrix, _ b: Matrix, _ t: Double) -> Matrix {
    Matrix(rows: zip(a.rows, b.rows).map { zip($0, $1).map { (1 - t) * $0 + t * $1 } })
  }

  static func attention(_ q: Matrix, _ k: Matrix, _ v: Matrix, heads: Int) -> Matrix {
    let size = q.rows[0].count / heads
    return Matrix(
      rows: q.rows.map { q in
        (0..<heads).flatMap { head -> [Double] in
          let columns = head * size..<(head + 1) * size
          let scores: [Double] = k.rows.map { k in
            let product: Double = columns.reduce(0.0) { $0 + q[$1] * k[$1] }
            return exp(product / Double(size).squareRoot())
          }
          let sum: Double = scores.reduce(0, +)
          return columns.map { column in
            let heard: Double = zip(scores, v.rows).reduce(0.0) { $0 + $1.0 * $1.1[column] }
            return heard / sum
          }
        }
      })
  }
}

extension [Matrix] {
  fileprivate var stacked: Matrix { Matrix(rows: flatMap(\.rows)) }
}
