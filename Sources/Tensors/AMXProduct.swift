internal import CKernels
internal import Synchronization

/// Rows times weights, or a convolution of 3×3 with zeros around, in bf16 by AMX.
///
/// Costs nothing until it is run; packs its weights then, once for all sizes.
final class AMXProduct: Sendable {
  private let weight: any WeightSource
  private let bias: [Float]?
  /// Whether half the outputs are the other half's gates.
  private let isGated: Bool
  private let packed = Mutex<Buffer?>(nil)

  /// `weight` is [outputs, inputs], or [outputs, inputs, kernel, kernel] with a kernel of 1 or 3.
  init(weight: any WeightSource, bias: [Float]?, isGated: Bool = false) {
    self.weight = weight
    self.bias = bias
    self.isGated = isGated
  }

  /// Lets the packed weights go until they are needed again.
  func release() { packed.withLock { $0 = nil } }

  /// Whether this processor can make it of such rows or pictures.
  func serves(_ x: Tensor) -> Bool {
    var shape = shape(x, .identity)
    return x.scalar == .bfloat16 && ck_amx_product_serves(&shape)
  }

  /// `x` is [… , inputs], and [n, h, w, inputs] for a convolution.
  func run(_ x: Tensor, adding: Tensor?, activation: Activation, into y: Tensor) {
    var shape = shape(x, activation)
    let packed = packed.withLock { packed in
      if packed == nil { packed = pack(shape) }
      return packed!
    }
    let scratch = Buffer(bytes: ck_amx_product_scratch_size(&shape))
    ck_amx_product_run(&shape, x.address, packed.address, bias, adding?.address, y.address, scratch.address)
  }

  private func shape(_ x: Tensor, _ activation: Activation) -> ck_amx_product {
    let kernel = weight.shape.count == 4 ? weight.shape[2] : 1
    let (n, h, w) = kernel == 1 ? (x.rows, 1, 1) : (x.shape[0], x.shape[1], x.shape[2])
    return ck_amx_product(
      n: Int64(n), h: Int64(h), w: Int64(w), inputs: Int64(weight.shape[1]), outputs: Int64(weight.shape[0]),
      kernel: Int64(kernel), activation: isGated ? CK_GATE : activation.kernel)
  }

  private func pack(_ shape: ck_amx_product) -> Buffer {
    var shape = shape
    let packed = Buffer(lasting: ck_amx_product_packed_size(&shape))
    let isPacked = PackingRoom.with(weight.count) { floats in
      weight.read(into: floats)
      return ck_amx_product_pack(&shape, floats, packed.address)
    }
    precondition(isPacked, "no memory to pack weights of \(weight.shape)")
    return packed
  }
}

extension Product {
  /// Whether a row comes out the same, bit by bit, whatever the rows beside it and however many threads: where AMX
  /// multiplies.
  package static var keepsRowsApart: Bool { ck_has_amx() }
}

extension Activation {
  fileprivate var kernel: ck_activation {
    switch self {
    case .identity: CK_IDENTITY
    case .silu: CK_SILU
    case .gelu: CK_GELU
    case .quickGELU: CK_QUICK_GELU
    case .relu: CK_RELU
    }
  }
}
