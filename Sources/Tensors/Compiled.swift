internal import CDNN
internal import CKernels
import Synchronization

/// Weights as they lie in a file; read when a layer packs them for a way to compute that is new to it.
package protocol WeightSource: Sendable {
  var shape: [Int] { get }
  /// As many as the shape says, where there are any.
  var count: Int { get }
  /// Writes some of the first extent in C order; there is room for them.
  func read(rows: Range<Int>, into floats: UnsafeMutablePointer<Float>)
}

extension WeightSource {
  package var count: Int { shape.reduce(1, *) }

  /// Writes all elements in C order; there is room for `count`.
  func read(into floats: UnsafeMutablePointer<Float>) { read(rows: 0..<shape[0], into: floats) }

  /// All elements in C order.
  package func floats() -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { floats, initialized in
      read(into: floats.baseAddress!)
      initialized = count
    }
  }
}

extension NDArray: WeightSource {
  package func read(rows: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
    let size = count / shape[0]
    values.withUnsafeBufferPointer {
      floats.update(from: $0.baseAddress! + rows.lowerBound * size, count: rows.count * size)
    }
  }
}

/// Several matrices [n, k] on top of one another: their products then cost one call.
package struct Stacked: WeightSource {
  let parts: [any WeightSource]

  package init(_ parts: [any WeightSource]) { self.parts = parts }
  package var shape: [Int] { [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst() }
  package func read(rows: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
    var (floats, first) = (floats, 0)
    for part in parts {
      let own = rows.clamped(to: first..<first + part.shape[0])
      part.read(rows: own.lowerBound - first..<own.upperBound - first, into: floats)
      floats += own.count * (part.count / part.shape[0])
      first += part.shape[0]
    }
  }
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

/// Owns an operation of oneDNN.
///
/// `@unchecked Sendable`: the object behind the handle does not change once it is made.
private final class Operation: @unchecked Sendable {
  let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }
  deinit { cdnn_op_free(handle) }
}

/// What an operation is compiled for.
protocol OperationSizes: Hashable, Sendable {
  /// Of what goes in.
  var scalar: Scalar { get set }
  /// Of what comes out.
  var result: Scalar { get }
}
extension OperationSizes {
  var result: Scalar { scalar }
}

/// One layer's weights and the operations compiled for the sizes it has met.
///
/// Weights are packed once for each layout that the library asks for, nearly always one. Where the library has no bf16
/// for the processor, one without AVX-512, the operation is fp32's, between tensors that are widened and rounded.
struct Compiled<Sizes: OperationSizes>: ~Copyable, Sendable {
  private struct Ready {
    let operation: Operation
    let scalar, result: Scalar
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

  /// Lets the packed weights go; the next run packs them anew.
  func release() { ready.withLock { $0 = [:] } }

  /// Compiles for sizes that it has not met and packs the weights for them, by all of the team.
  func prepare(_ sizes: Sizes) { _ = operation(for: sizes) }

  private func operation(for sizes: Sizes) -> Ready { ready.withLock { ready in ready[sizes] ?? make(sizes, &ready) } }

  func run(_ sizes: Sizes, _ x: Tensor, adding: Tensor? = nil, into y: Tensor) {
    let each = operation(for: sizes)
    let scratch = Buffer(bytes: cdnn_op_scratch_size(each.operation.handle))
    let (input, addend) = (x.converted(to: each.scalar), adding?.converted(to: each.result))
    let output = each.result == y.scalar ? y : Tensor(y.shape, each.result)
    let status = (bias ?? []).withUnsafeBufferPointer {
      cdnn_op_run(
        each.operation.handle, input.address, each.packed.address, bias == nil ? nil : $0.baseAddress,
        addend?.address, output.address, scratch.address)
    }
    precondition(status == 0, "oneDNN returned \(status) for \(sizes)")
    if each.result != y.scalar { output.convert(into: y) }
  }

  private func make(_ sizes: Sizes, _ ready: inout [Sizes: Ready]) -> Ready {
    var able = sizes
    var created = create(able)
    if created == nil, sizes.scalar == .bfloat16 {
      able.scalar = .float32
      created = create(able)
    }
    guard let handle = created else { fatalError("oneDNN cannot make \(sizes)") }
    let operation = Operation(handle)
    let twin = ready.first {
      $0.key.scalar == sizes.scalar && cdnn_op_same_packing($0.value.operation.handle, handle)
    }
    let packed = twin?.value.packed ?? pack(for: handle, rounded: able.scalar != sizes.scalar)
    let made = Ready(operation: operation, scalar: able.scalar, result: able.result, packed: packed)
    ready[sizes] = made
    return made
  }

  /// Packs the weights; `rounded` to what bf16 can hold.
  private func pack(for operation: OpaquePointer, rounded: Bool) -> Buffer {
    let packed = Buffer(lasting: cdnn_op_packed_size(operation))
    let status = PackingRoom.with(weight.count) { floats in
      weight.read(into: floats)
      if rounded {
        let halves = UnsafeMutablePointer<UInt16>.allocate(capacity: weight.count)
        defer { halves.deallocate() }
        ck_f32_to_bf16(floats, halves, Int64(weight.count))
        ck_bf16_to_f32(halves, floats, Int64(weight.count))
      }
      return cdnn_op_pack(operation, floats, packed.address)
    }
    precondition(status == 0, "oneDNN returned \(status) packing \(weight.shape)")
    return packed
  }
}
