internal import CDNN
internal import CKernels

/// Ways to make a convolution of 3×3, stride 1 and zeros around, with fewer products.
///
/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), section 4.
enum Tiling: Hashable, Sendable, CaseIterable {
  /// Results of 2×2: 4 products a result instead of 9. Takes 16 / 9 of the memory for weights.
  case of2
  /// Results of 4×4: 2.25 products a result, which lose a digit more; 4 times the memory for weights.
  case of4
  /// Results of 2×2 from a picture whose pixels have all been doubled: 2.25 products a result, the memory of 9.
  case doubling

  /// Fewer channels than these, and tiles take longer to make than products do.
  private static let leastChannels = 32

  /// The ways there are for a convolution.
  static func ways(inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Convolution.Padding) -> [Tiling] {
    let serves = kernel == 3 && stride == 1 && padding == .all(1) && min(inputs, outputs) >= leastChannels
    return serves ? allCases : []
  }

  /// What pays for a picture, if anything, however many pictures there are.
  ///
  /// Weights must be read once for all tiles: with few tiles, reading more of them takes longer than multiplying them, and
  /// sooner in bf16, whose products are faster.
  static func paying(_ x: Tensor) -> Tiling? {
    let pixels = x.shape[1] * x.shape[2]
    guard x.width <= (x.scalar == .float32 ? 40 : 10) * pixels else { return nil }
    return x.scalar == .float32 && pixels >= 1024 ? .of4 : .of2
  }

  var kernel: ck_tiling {
    switch self {
    case .of2: CK_TILES_OF_2
    case .of4: CK_TILES_OF_4
    case .doubling: CK_DOUBLING
    }
  }
  /// Products of matrices that a convolution becomes.
  var places: Int { Int(ck_winograd_places(kernel)) }
}

/// A convolution as a product of matrices for each place of a tile, over some tiles at a time.
///
/// Costs nothing until it is run.
final class TiledConvolution: Sendable {
  private struct Sizes: OperationSizes {
    let rows: Int
    var scalar: Scalar
    /// Whether one thread of the team does it.
    let alone: Bool
    var result: Scalar { .float32 }
  }

  private let products: Compiled<Sizes>
  private let tiling: Tiling
  private let inputs, outputs: Int
  private let bias: [Float]?

  init(_ tiling: Tiling, weight: any WeightSource, bias: [Float]?) {
    let (inputs, outputs, places) = (weight.shape[1], weight.shape[0], tiling.places)
    self.tiling = tiling
    self.inputs = inputs
    self.outputs = outputs
    self.bias = bias
    products = Compiled(weight: TileWeights(weight: weight, tiling: tiling), bias: nil) { sizes in
      var p = cdnn_product(
        type: sizes.scalar.dnn, result: sizes.result.dnn, places: Int64(places), m: Int64(sizes.rows),
        k: Int64(inputs), n: Int64(outputs), bias: false, add: false, activation: CDNN_IDENTITY, alone: sizes.alone)
      return cdnn_product_create(&p)
    }
  }

  /// What a thread works on should stay near it from one part to the next…
  private static let workingSet = 4 << 20
  /// … but weights are read once for all rows, and fewer would not be worth it.
  private static let leastRows = 128

  func run(_ x: Tensor, adding: Tensor?, silu: Bool, into y: Tensor) {
    let call = Call(
      shape: ck_winograd(
        type: x.scalar.kernel, tiling: tiling.kernel, n: Int64(x.shape[0]), h: Int64(x.shape[1]),
        w: Int64(x.shape[2]), ci: Int64(inputs), co: Int64(outputs)),
      x: x, adding: adding, bias: bias, silu: silu, y: y)
    let most = max(Self.leastRows, Self.workingSet / (tiling.places * (inputs * x.scalar.size + outputs * 4)))
    let blocks = (call.tiles + most - 1) / most
    if blocks < Team.threads {
      make(0..<call.tiles, rows: call.tiles, alone: false, call)
    } else {
      let rows = (call.tiles + blocks - 1) / blocks
      products.prepare(Sizes(rows: rows, scalar: x.scalar, alone: true))
      Team.run((call.tiles + rows - 1) / rows) { block in
        make(block * rows..<min((block + 1) * rows, call.tiles), rows: rows, alone: true, call)
      }
    }
  }

  /// Makes some tiles in memory for `rows` of them, alone or as a team.
  private func make(_ tiles: Range<Int>, rows: Int, alone: Bool, _ call: Call) {
    let before = Tensor([tiling.places, rows, inputs], call.x.scalar)
    let after = Tensor([tiling.places, rows, outputs], .float32)
    func shares(_ body: @Sendable (Range<Int>) -> Void) {
      let share = alone ? tiles.count : 8
      Team.run((tiles.count + share - 1) / share) { i in body(i * share..<min((i + 1) * share, tiles.count)) }
    }
    shares { call.before(tiles, $0, into: before) }
    products.run(Sizes(rows: rows, scalar: call.x.scalar, alone: alone), before, into: after)
    shares { call.after(tiles, $0, from: after) }
  }

  /// What one run is about.
  ///
  /// `@unchecked Sendable`: each of the team's threads writes the rows of its own tiles.
  private struct Call: @unchecked Sendable {
    let shape: ck_winograd
    let x: Tensor
    let adding: Tensor?
    let bias: [Float]?
    let silu: Bool
    let y: Tensor

    var tiles: Int { withUnsafePointer(to: shape) { Int(ck_winograd_tiles($0)) } }

    /// Rows of a block of tiles: pictures to what is multiplied.
    func before(_ tiles: Range<Int>, _ rows: Range<Int>, into v: Tensor) {
      withUnsafePointer(to: shape) {
        ck_winograd_before(
          $0, x.address, Int64(tiles.lowerBound), Int64(rows.lowerBound), Int64(rows.upperBound), v.address,
          Int64(v.shape[1]))
      }
    }

    /// Products to pictures.
    func after(_ tiles: Range<Int>, _ rows: Range<Int>, from m: Tensor) {
      withUnsafePointer(to: shape) {
        ck_winograd_after(
          $0, m.address.assumingMemoryBound(to: Float.self), Int64(m.shape[1]), Int64(tiles.lowerBound),
          Int64(rows.lowerBound), Int64(rows.upperBound), bias, adding?.address, silu, y.address)
      }
    }
  }
}

/// A convolution's weights as its tiles meet them: [places, outputs, inputs].
private struct TileWeights: WeightSource {
  let weight: any WeightSource
  let tiling: Tiling

  var shape: [Int] { [tiling.places] + weight.shape.prefix(2) }

  /// All at once, from some outputs' kernels at a time: what is read in between stays in the cache.
  func read(rows: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
    precondition(rows == 0..<tiling.places)
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let some = max(1, (1 << 18) / (9 * inputs))
    let kernels = Tensor([some, inputs, 9], .float32)
    let address = kernels.address.assumingMemoryBound(to: Float.self)
    for first in stride(from: 0, to: outputs, by: some) {
      let these = first..<min(first + some, outputs)
      weight.read(rows: these, into: address)
      ck_winograd_weights(
        tiling.kernel, address, floats + first * inputs, Int64(these.count * inputs), Int64(outputs * inputs))
    }
  }
}
