import Foundation
import Tensors
import Testing

/// Every kernel against plain loops in double precision, over shapes with tails of every kind.
///
/// fp32 may differ by rounding and the polynomials behind exp and erf: 2e-6 of the largest value. bf16 keeps eight
/// bits: half a unit in the last place is 2e-3 of a value, and sums of rounded inputs stay below 1e-2 of the largest.
struct KernelTests {
  static let scalars: [Scalar] = [.float32, .bfloat16]

  /// The last ones are for AMX: few rows, blocks that share rows, several tasks, more steps than one stretch has.
  @Test(
    arguments: scalars,
    [
      (1, 3, 1), (2, 7, 5), (1, 16, 16), (2, 40, 33), (3, 65, 24), (5, 64, 32), (32, 32, 32), (33, 64, 96),
      (530, 32, 64), (70, 3200, 64),
    ])
  func product(scalar: Scalar, sizes: (rows: Int, inputs: Int, outputs: Int)) {
    let (m, k, n) = sizes
    let (x, w, b, r) = (numbers(m * k, 1), numbers(n * k, 2), numbers(n, 3), numbers(m * n, 4))
    let product = Product(weight: NDArray(w, shape: [n, k]), bias: b)
    let y = product(
      Tensor(x, shape: [m, k], scalar: scalar), adding: Tensor(r, shape: [m, n], scalar: scalar), activation: .silu)
    var expected: [Double] = []
    for i in 0..<m {
      for j in 0..<n {
        let dot = (0..<k).reduce(0.0) { $0 + Double(x[i * k + $1]) * Double(w[j * k + $1]) }
        let z = dot + Double(b[j]) + Double(r[i * n + j])
        expected.append(z / (1 + exp(-z)))
      }
    }
    expectClose(y, expected)
  }

  @Test(arguments: scalars, [Activation.identity, .gelu, .quickGELU, .relu])
  func activations(scalar: Scalar, activation: Activation) {
    let numbers = (-48...48).map { Float($0) / 4 }
    for side in [1, 32] {
      let x = numbers.flatMap { Array(repeating: $0, count: side) }
      let ones = (0..<side * side).map { Float($0 % (side + 1) == 0 ? 1 : 0) }
      let identity = Product(weight: NDArray(ones, shape: [side, side]), bias: nil)
      let y = identity(Tensor(x, shape: [numbers.count, side], scalar: scalar), activation: activation)
      expectClose(y, x.map { Self.activated($0, activation) })
    }
  }

  private static func activated(_ v: Float, _ activation: Activation) -> Double {
    let v = Double(v)
    return switch activation {
    case .identity: v
    case .silu: v / (1 + exp(-v))
    case .gelu: v * 0.5 * (1 + erf(v / 2.0.squareRoot()))
    case .quickGELU: v / (1 + exp(-1.702 * v))
    case .relu: max(v, 0)
    }
  }

  @Test(arguments: scalars, [(3, 5, 2), (2, 40, 74), (33, 64, 32), (47, 96, 160), (530, 32, 64)])
  func gatedProduct(scalar: Scalar, sizes: (rows: Int, inputs: Int, outputs: Int)) {
    let (m, k, n) = sizes
    let (x, w, b) = (numbers(m * k, 1), numbers(n * k, 2), numbers(n, 3))
    let product = Product(weight: NDArray(w, shape: [n, k]), bias: b, isGated: true)
    let y = product(Tensor(x, shape: [m, k], scalar: scalar))
    #expect(y.shape == [m, n / 2])
    var expected: [Double] = []
    for i in 0..<m {
      let z = (0..<n).map { j in
        (0..<k).reduce(Double(b[j])) { $0 + Double(x[i * k + $1]) * Double(w[j * k + $1]) }
      }
      for j in 0..<n / 2 { expected.append(z[j] * Self.activated(Float(z[n / 2 + j]), .gelu)) }
    }
    expectClose(y, expected)
  }

  /// A number that is none shows in its own row, or in its neighbours.
  @Test(arguments: scalars) func productsKeepNaN(scalar: Scalar) {
    var x = numbers(70 * 64, 1)
    x[33 * 64 + 5] = .nan
    let product = Product(weight: NDArray(numbers(32 * 64, 2), shape: [32, 64]), bias: nil)
    let y = product(Tensor(x, shape: [70, 64], scalar: scalar), activation: .silu).floats
    for (i, v) in y.enumerated() { #expect(v.isNaN == (i / 32 == 33), "row \(i / 32)") }

    let picture = Tensor(x, shape: [1, 7, 10, 64], scalar: scalar)
    let convolution = Convolution(
      weight: NDArray(numbers(32 * 64 * 9, 3), shape: [32, 64, 3, 3]), bias: nil, padding: .all(1))
    for (i, v) in convolution(picture).floats.enumerated() where abs(i / 320 - 3) > 2 || abs(i / 32 % 10 - 3) > 2 {
      #expect(!v.isNaN, "pixel \(i / 32)")
    }
  }

  /// Whatever the rows beside it and the threads, a row comes out the same.
  @Test(.enabled(if: Product.keepsRowsApart)) func productsOfSomeRowsAreThoseOfAll() {
    let before = Team.threads
    defer { Team.use(threads: before) }
    for (inputs, isGated) in [(64, false), (64, true), (3200, false)] {
      let product = Product(weight: NDArray(numbers(96 * inputs, 2), shape: [96, inputs]), bias: nil, isGated: isGated)
      let x = Tensor(numbers(700 * inputs, 1), shape: [700, inputs], scalar: .bfloat16)
      Team.use(threads: 1)
      let all = product(x).floats
      for threads in [2, 64] {
        Team.use(threads: threads)
        #expect(product(x).floats == all)
        for some in [40..<100, 699..<700] {
          let expected = all[some.lowerBound * all.count / 700..<some.upperBound * all.count / 700]
          #expect(product(x[some]).floats == Array(expected))
        }
      }
    }
  }

  @Test(
    arguments: scalars,
    [
      (1, 1, 1, 3, 2, 3, 1), (2, 5, 7, 4, 5, 3, 1), (1, 8, 6, 16, 24, 3, 2), (1, 9, 9, 17, 33, 1, 1),
      (2, 5, 7, 64, 96, 3, 1), (3, 1, 33, 32, 32, 3, 1), (1, 34, 1, 32, 32, 3, 1), (1, 2, 3, 32, 64, 3, 1),
      (1, 7, 6, 704, 64, 3, 1),
    ])
  func convolution(scalar: Scalar, s: (n: Int, h: Int, w: Int, i: Int, o: Int, kernel: Int, stride: Int)) {
    for padding in s.kernel == 1 ? [.all(0)] : [Convolution.Padding.all(1), .behind] {
      // A picture of one pixel has no room for a kernel of three with zeros on one side only.
      if s.h + padding.top + padding.bottom < s.kernel { continue }
      let plain = PlainConvolution(inputs: s.i, outputs: s.o, kernel: s.kernel, stride: s.stride, padding: padding)
      let x = NDArray(numbers(s.n * s.h * s.w * s.i, 1), shape: [s.n, s.h, s.w, s.i])
      let y = plain.layer(Tensor(x.values, shape: x.shape, scalar: scalar))
      #expect(y.shape[1] == (s.h + padding.top + padding.bottom - s.kernel) / s.stride + 1)
      expectClose(y, plain(x))
    }
  }

  /// Sizes whose tiles are cut off at the edges, few and many, of 2×2 and, of large pictures in fp32, of 4×4.
  @Test(
    arguments: scalars,
    [
      (1, 2, 2, 32, 32), (2, 9, 13, 40, 33), (1, 66, 65, 32, 48), (2, 67, 64, 32, 33), (3, 24, 24, 65, 32),
      (3, 24, 24, 64, 64),
    ])
  func tiledConvolution(scalar: Scalar, s: (n: Int, h: Int, w: Int, i: Int, o: Int)) {
    let x = NDArray(numbers(s.n * s.h * s.w * s.i, 1), shape: [s.n, s.h, s.w, s.i])
    let addend = numbers(s.n * s.h * s.w * s.o, 4)
    let found = PlainConvolution(inputs: s.i, outputs: s.o)(x)
    let expected = zip(found, addend).map { $0 + Double($1) }
    let input = Tensor(x.values, shape: x.shape, scalar: scalar)
    let shape = [s.n, s.h, s.w, s.o]
    let before = Team.threads
    defer { Team.use(threads: before) }
    for threads in [1, 2, 64] {
      Team.use(threads: threads)
      let layer = PlainConvolution(inputs: s.i, outputs: s.o).layer
      expectClose(layer(input), found, fp32: 1e-5)
      expectClose(
        layer(input, adding: Tensor(addend, shape: shape, scalar: scalar), activation: .silu),
        expected.map { $0 / (1 + exp(-$0)) }, fp32: 1e-5)
    }
  }

  @Test(arguments: scalars, [(1, 1, 1, 32, 32), (2, 5, 7, 40, 33), (1, 3, 4, 8, 8)])
  func convolutionOfDoubled(scalar: Scalar, s: (n: Int, h: Int, w: Int, i: Int, o: Int)) {
    let plain = PlainConvolution(inputs: s.i, outputs: s.o)
    let x = numbers(s.n * s.h * s.w * s.i, 1)
    var doubled = NDArray(zeros: [s.n, 2 * s.h, 2 * s.w, s.i])
    for place in doubled.values.indices {
      let (i, column, row) = (place % s.i, place / s.i % (2 * s.w), place / s.i / (2 * s.w))
      doubled.values[place] = x[(row / 2 * s.w + column / 2) * s.i + i]
    }
    let y = plain.layer.ofDoubled(Tensor(x, shape: [s.n, s.h, s.w, s.i], scalar: scalar))
    #expect(y.shape == [s.n, 2 * s.h, 2 * s.w, s.o])
    expectClose(y, plain(doubled))
  }

  @Test(arguments: scalars, [(1, 1, 4, 2), (2, 7, 12, 3), (1, 4097, 8, 4), (2, 33, 48, 16), (3, 50, 40, 8)])
  func groupNorm(scalar: Scalar, s: (n: Int, pixels: Int, channels: Int, groups: Int)) {
    // Far from zero, as activations can be: sums of squares would cancel.
    let x = numbers(s.n * s.pixels * s.channels, 1).map { $0 + 3 }
    let (weight, bias) = (numbers(s.channels, 2), numbers(s.channels, 3))
    for isShifted in [false, true] {
      // The shifts lie among others, as those of one layer among all.
      let all = Tensor(numbers(s.channels + 7, 4), shape: [1, s.channels + 7], scalar: .float32)
      let shift = isShifted ? all.columns(3..<3 + s.channels) : nil
      let input = Tensor(x, shape: [s.n, s.pixels, s.channels], scalar: scalar)
      let y = input.groupNormalized(
        groups: s.groups, weight: weight, bias: bias, epsilon: 1e-5, shift: shift, silu: true)
      // Memory that nobody else holds is written over.
      let inPlace = Tensor(x, shape: [s.n, s.pixels, s.channels], scalar: scalar).groupNormalized(
        groups: s.groups, weight: weight, bias: bias, epsilon: 1e-5, shift: shift, silu: true)
      #expect(inPlace.floats == y.floats)
      let (stored, added) = (input.floats, all.floats)
      var expected = [Double](repeating: 0, count: x.count)
      let width = s.channels / s.groups
      for n in 0..<s.n {
        for g in 0..<s.groups {
          var places: [(Int, Double)] = []
          for p in 0..<s.pixels {
            for c in g * width..<(g + 1) * width {
              let i = (n * s.pixels + p) * s.channels + c
              let extra = isShifted ? Double(added[3 + c]) : 0
              places.append((i, Double(stored[i]) + extra))
            }
          }
          let mean = places.reduce(0) { $0 + $1.1 } / Double(places.count)
          let variance = places.reduce(0) { $0 + ($1.1 - mean) * ($1.1 - mean) } / Double(places.count)
          for (i, v) in places {
            let c = i % s.channels
            let z = (v - mean) / (variance + 1e-5).squareRoot() * Double(weight[c]) + Double(bias[c])
            expected[i] = z / (1 + exp(-z))
          }
        }
      }
      expectClose(y, expected, fp32: 5e-6)
    }
  }

  @Test(arguments: scalars, [(1, 5), (3, 16), (7, 33), (2, 320)])
  func layerNorm(scalar: Scalar, s: (rows: Int, width: Int)) {
    let input = Tensor(numbers(s.rows * s.width, 1), shape: [s.rows, s.width], scalar: scalar)
    let (weight, bias, x) = (numbers(s.width, 2), numbers(s.width, 3), input.floats.map(Double.init))
    let y = input.layerNormalized(weight: weight, bias: bias, epsilon: 1e-5)
    var expected: [Double] = []
    for r in 0..<s.rows {
      let row = x[r * s.width..<(r + 1) * s.width]
      let mean = row.reduce(0, +) / Double(s.width)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(s.width)
      for (c, v) in row.enumerated() {
        expected.append((v - mean) / (variance + 1e-5).squareRoot() * Double(weight[c]) + Double(bias[c]))
      }
    }
    expectClose(y, expected, fp32: 5e-6)
  }

  @Test(
    arguments: scalars,
    [
      (1, 1, 1, 1, 2), (1, 2, 5, 7, 3), (2, 3, 33, 77, 16), (1, 1, 300, 300, 40), (1, 2, 25, 513, 65),
      (2, 1, 7, 530, 72), (1, 3, 50, 50, 24), (1, 1, 13, 15, 8), (1, 2, 49, 260, 88), (1, 1, 30, 256, 512),
      (1, 2, 64, 64, 160),
    ])
  func attention(scalar: Scalar, s: (n: Int, heads: Int, queries: Int, keys: Int, size: Int)) {
    // Scores that rise far from tile to tile try what is kept of those before.
    for (causal, rise) in [(false, 0), (false, s.keys > 256 ? 0.3 : 0), (s.queries == s.keys, 0)] as [(Bool, Float)] {
      let width = s.heads * s.size
      // Keys and values lie side by side, as a stacked projection leaves them.
      let q = Tensor(
        numbers(s.n * s.queries * width, 1).map { 2 * $0 }, shape: [s.n, s.queries, width], scalar: scalar)
      var both = numbers(s.n * s.keys * 2 * width, 2)
      for i in both.indices where i % (2 * width) < width { both[i] *= 1 + rise * Float(i / (2 * width) % s.keys) }
      let kv = Tensor(both, shape: [s.n, s.keys, 2 * width], scalar: scalar)
      let y = Tensor.attention(
        q.columns, kv.columns(0..<width), kv.columns(width..<2 * width), heads: s.heads, causal: causal)
      let (qs, kvs) = (q.floats.map(Double.init), kv.floats.map(Double.init))
      var expected: [Double] = []
      for n in 0..<s.n {
        for i in 0..<s.queries {
          for h in 0..<s.heads {
            let seen = causal ? i + 1 : s.keys
            let scores = (0..<seen).map { j in
              (0..<s.size).reduce(0.0) {
                $0 + qs[(n * s.queries + i) * width + h * s.size + $1]
                  * kvs[(n * s.keys + j) * 2 * width + h * s.size + $1]
              } / Double(s.size).squareRoot()
            }
            let highest = scores.max()!
            let weights = scores.map { exp($0 - highest) }
            let total = weights.reduce(0, +)
            for c in 0..<s.size {
              expected.append(
                (0..<seen).reduce(0.0) {
                  $0 + weights[$1] / total * kvs[(n * s.keys + $1) * 2 * width + width + h * s.size + c]
                })
            }
          }
        }
      }
      // The higher the scores, the more of their digits are before the point.
      expectClose(y, expected, fp32: rise > 0 ? 1e-4 : 2e-6)
    }
  }

  /// A number that is none shows: pictures with such are found by it.
  @Test(arguments: scalars) func attentionKeepsNaN(scalar: Scalar) {
    var q = numbers(30 * 24, 1)
    q[7 * 24 + 3] = .nan
    let (x, kv) = (
      Tensor(q, shape: [1, 30, 24], scalar: scalar), Tensor(numbers(300 * 24, 2), shape: [1, 300, 24], scalar: scalar)
    )
    let y = Tensor.attention(x.columns, kv.columns, kv.columns, heads: 1).floats
    for (i, v) in y.enumerated() { #expect(v.isNaN == (i / 24 == 7), "row \(i / 24)") }
  }

  @Test func layouts() {
    let a = NDArray((0..<24).map(Float.init), shape: [1, 2, 3, 4])
    let t = Tensor(channelsFirst: a, scalar: .float32)
    #expect(t.shape == [1, 3, 4, 2])
    #expect(Array(t.floats.prefix(4)) == [0, 12, 1, 13])
    #expect(t.channelsFirst == a)

    let doubled = t.upsampled(height: 5, width: 8).channelsFirst
    #expect(doubled.shape == [1, 2, 5, 8])
    #expect(Array(doubled.values.prefix(8)) == [0, 0, 1, 1, 2, 2, 3, 3])
    // Row 4 of 5 comes from row ⌊4 · 3 / 5⌋ = 2 of 3.
    #expect(Array(doubled.values[32..<40]) == [8, 8, 9, 9, 10, 10, 11, 11])

    let (left, right) = (
      Tensor([1, 2, 3, 4], shape: [2, 2], scalar: .bfloat16), Tensor([5, 6], shape: [2, 1], scalar: .bfloat16)
    )
    #expect(left.beside(right).floats == [1, 2, 5, 3, 4, 6])
    #expect(left[1..<2].floats == [3, 4])
    #expect(left[1..<2].repeated(to: 2).floats == [3, 4, 3, 4])
    #expect(left.repeated(to: 4)[1..<4].floats == [3, 4, 1, 2, 3, 4])
  }

  @Test func bfloat16RoundsToNearestEven() {
    // 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷; 1 + 3·2⁻⁸ between 1 + 2⁻⁷ and 1 + 2⁻⁶.
    let t = Tensor([1 + 0x1p-8, 1 + 3 * 0x1p-8, -1 - 0x1p-9, 3.0e38], shape: [4], scalar: .bfloat16)
    #expect(t.floats == [1, 1 + 0x1p-6, -1, 0x1.c4p127])
  }

  @Test func threadsDoNotChangeResults() {
    let x = Tensor(numbers(2 * 900 * 64, 1), shape: [2, 900, 64], scalar: .float32)
    func run() -> [Float] {
      let y = x.groupNormalized(
        groups: 8, weight: numbers(64, 2), bias: numbers(64, 3), epsilon: 1e-5, silu: false)
      return Tensor.attention(y.columns, y.columns, y.columns, heads: 4).floats
    }
    let threads = Team.threads
    defer { Team.use(threads: threads) }
    Team.use(threads: 1)
    let one = run()
    Team.use(threads: 3)
    #expect(run() == one)
  }
}

/// A convolution, and its definition to compare it with.
private struct PlainConvolution {
  let layer: Convolution
  private let w, b: [Float]
  private let inputs, outputs, kernel, stride: Int
  private let padding: Convolution.Padding

  init(inputs: Int, outputs: Int, kernel: Int = 3, stride: Int = 1, padding: Convolution.Padding = .all(1)) {
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    w = numbers(outputs * inputs * kernel * kernel, 2)
    b = numbers(outputs, 3)
    layer = Convolution(
      weight: NDArray(w, shape: [outputs, inputs, kernel, kernel]), bias: b, stride: stride, padding: padding)
  }

  /// `x` is [n, h, w, inputs]; the result [n, height, width, outputs].
  func callAsFunction(_ x: NDArray) -> [Double] {
    let (h, w) = (x.shape[1], x.shape[2])
    let height = (h + padding.top + padding.bottom - kernel) / stride + 1
    let width = (w + padding.left + padding.right - kernel) / stride + 1
    var found: [Double] = []
    for n in 0..<x.shape[0] {
      for r in 0..<height {
        for c in 0..<width {
          var totals = b.map(Double.init)
          for dr in 0..<kernel {
            for dc in 0..<kernel {
              let (row, column) = (r * stride + dr - padding.top, c * stride + dc - padding.left)
              guard (0..<h).contains(row), (0..<w).contains(column) else { continue }
              for o in 0..<outputs {
                for i in 0..<inputs {
                  totals[o] +=
                    Double(x.values[((n * h + row) * w + column) * inputs + i])
                    * Double(self.w[((o * inputs + i) * kernel + dr) * kernel + dc])
                }
              }
            }
          }
          found += totals
        }
      }
    }
    return found
  }
}

/// Numbers in -1...1 that bf16 can hold, the same for the same stream.
private func numbers(_ count: Int, _ stream: UInt64) -> [Float] {
  var state = stream &* 0x9e37_79b9_7f4a_7c15 | 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int(state >> 56) - 128) / 128
  }
}

private func expectClose(
  _ found: Tensor, _ expected: [Double], fp32: Double = 2e-6, location: SourceLocation = #_sourceLocation
) {
  let found = (found.scalar, found.floats)
  #expect(found.1.count == expected.count, sourceLocation: location)
  let largest = max(expected.reduce(0) { max($0, abs($1)) }, 1)
  let bound = (found.0 == .float32 ? fp32 : 1e-2) * largest
  let worst = zip(found.1, expected).enumerated().max { abs(Double($0.1.0) - $0.1.1) < abs(Double($1.1.0) - $1.1.1) }
  if let worst {
    #expect(
      abs(Double(worst.element.0) - worst.element.1) <= bound,
      "at \(worst.offset): \(worst.element.0) for \(worst.element.1)", sourceLocation: location)
  }
}
