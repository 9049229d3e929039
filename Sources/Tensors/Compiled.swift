internal import CDNN
import Synchronization

/// Weights as they lie in a file; read when a layer packs them for the first time.
package protocol WeightSource: Sendable {
  var shape: [Int] { get }
  /// All elements in C order.
  func floats() -> [Float]
}

/// Several matrices [n, k] on top of one another: their products then cost one call.
package struct Stacked: WeightSource {
  let parts: [any WeightSource]

  package init(_ parts: [any WeightSource]) { self.parts = parts }
  package var shape: [Int] { [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst() }
  package func floats() -> [Float] { parts.flatMap { $0.floats() } }
}

extension Scalar {
  var dnn: cdnn_type { self == .float32 ? CDNN_F32 : CDNN_BF16 }
}
extension Activation {
  var dnn: cdnn_activation {
    switch self {
    case .identity: CDNN_IDENTITY
    case .silu: CDNN_SILU
    case .gelu: CDNN_GELU
    case .quickGELU: CDNN_QUICK_GELU
    case .relu: CDNN_RELU
    }
  }
}

/// One layer's weights and the operations compiled for the sizes it has met.
///
/// Weights are packed once for each layout that the library asks for, nearly always one.
struct Compiled<Sizes: Hashable & Sendable>: ~Copyable, Sendable {
  /// `@unchecked Sendable`: oneDNN's object behind the pointer does not change once it is made.
  private struct Ready: @unchecked Sendable {
    let operation: OpaquePointer
    let packed: Buffer
  }
  private let ready = Mutex<[Sizes: Ready]>([:])
  private let weight: any WeightSource
  private let bias: [Float]?
  private let create: @Sendable (Sizes) -> OpaquePointer?

  init(weight: any WeightSource, bias: [Float]?, create: @escaping @Sendable (Sizes) -> OpaquePointer?) {
    self.weight = weight
    self.bias = bias
    self.create = create
  }

  deinit {
    ready.withLock { ready in
      for each in ready.values { cdnn_op_free(each.operation) }
    }
  }

  func run(_ sizes: Sizes, _ x: Tensor, adding: Tensor?, into y: Tensor) {
    let each = ready.withLock { ready in ready[sizes] ?? prepare(sizes, &ready) }
    let scratch = Buffer(bytes: cdnn_op_scratch_size(each.operation))
    let status = (bias ?? []).withUnsafeBufferPointer {
      cdnn_op_run(
        each.operation, x.address, each.packed.address, bias == nil ? nil : $0.baseAddress, adding?.address, y.address,
        scratch.address)
    }
    precondition(status == 0, "oneDNN returned \(status) for \(sizes)")
  }

  private func prepare(_ sizes: Sizes, _ ready: inout [Sizes: Ready]) -> Ready {
    guard let operation = create(sizes) else { fatalError("oneDNN cannot make \(sizes)") }
    let twin = ready.values.first { cdnn_op_same_packing($0.operation, operation) }
    let packed = twin?.packed ?? Buffer(bytes: cdnn_op_packed_size(operation))
    if twin == nil {
      let status = cdnn_op_pack(operation, weight.floats(), packed.address)
      precondition(status == 0, "oneDNN returned \(status) packing \(weight.shape)")
    }
    let made = Ready(operation: operation, packed: packed)
    ready[sizes] = made
    return made
  }
}
