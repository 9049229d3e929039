internal import CKernels

/// How an engine computes: in single precision throughout, or with bf16 in memory and fp32 sums.
public enum Precision: String, CaseIterable, Sendable {
  case automatic, fp32, bf16

  /// bf16 where the processor multiplies it natively, fp32 elsewhere.
  package var scalar: Scalar {
    switch self {
    case .automatic: ck_has_bf16() ? .bfloat16 : .float32
    case .fp32: .float32
    case .bf16: .bfloat16
    }
  }
}

/// The type of a tensor's elements.
package enum Scalar: Sendable {
  case float32, bfloat16

  var size: Int { self == .float32 ? 4 : 2 }
  var kernel: ck_type { self == .float32 ? CK_F32 : CK_BF16 }
}

/// Activations on their way through a network: [n, height, width, channels] or [n, tokens, width], channels last.
package struct Tensor: Sendable {
  package let shape: [Int]
  package let scalar: Scalar
  private(set) var buffer: Buffer
  /// Where the first element lies in the buffer, in bytes.
  private let offset: Int

  /// Room for a result; the caller fills it before anyone reads.
  init(_ shape: [Int], _ scalar: Scalar) {
    self.init(shape: shape, scalar: scalar, buffer: Buffer(bytes: shape.reduce(1, *) * scalar.size))
  }

  private init(shape: [Int], scalar: Scalar, buffer: Buffer, offset: Int = 0) {
    self.shape = shape
    self.scalar = scalar
    self.buffer = buffer
    self.offset = offset
  }

  /// The values in this order and shape.
  package init(_ values: [Float], shape: [Int], scalar: Scalar) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill \(shape)")
    self.init(shape, scalar)
    switch scalar {
    case .float32: address.copyMemory(from: values, byteCount: 4 * values.count)
    case .bfloat16: ck_f32_to_bf16(values, address.assumingMemoryBound(to: UInt16.self), Int64(values.count))
    }
  }

  package var count: Int { shape.reduce(1, *) }
  /// The last extent: channels, or the width of a token.
  package var width: Int { shape[shape.count - 1] }
  /// All extents but the last, as one.
  package var rows: Int { count / width }
  var address: UnsafeMutableRawPointer { buffer.address + offset }
  /// Whether no other tensor can see these elements.
  var isOnlyHolder: Bool { mutating get { isKnownUniquelyReferenced(&buffer) } }

  /// The same elements under another shape.
  package func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "\(self.shape) does not reshape to \(shape)")
    return Tensor(shape: shape, scalar: scalar, buffer: buffer, offset: offset)
  }

  /// Some of the first extent, such as pictures of a batch: the same memory.
  package subscript(range: Range<Int>) -> Tensor {
    precondition(0 <= range.lowerBound && range.upperBound <= shape[0], "\(range) of \(shape)")
    let size = count / shape[0] * scalar.size
    return Tensor(
      shape: [range.count] + shape.dropFirst(), scalar: scalar, buffer: buffer,
      offset: offset + range.lowerBound * size)
  }

  /// The same numbers as another type: itself where it is that already.
  func converted(to scalar: Scalar) -> Tensor {
    guard scalar != self.scalar else { return self }
    let converted = Tensor(shape, scalar)
    convert(into: converted)
    return converted
  }

  /// Writes the numbers into a tensor of the other type.
  func convert(into other: Tensor) {
    precondition(other.count == count && other.scalar != scalar)
    switch scalar {
    case .float32:
      ck_f32_to_bf16(
        address.assumingMemoryBound(to: Float.self), other.address.assumingMemoryBound(to: UInt16.self), Int64(count))
    case .bfloat16:
      ck_bf16_to_f32(
        address.assumingMemoryBound(to: UInt16.self), other.address.assumingMemoryBound(to: Float.self), Int64(count))
    }
  }

  /// The elements in memory order.
  package var floats: [Float] {
    [Float](unsafeUninitializedCapacity: count) { floats, initialized in
      switch scalar {
      case .float32:
        UnsafeMutableRawPointer(floats.baseAddress!).copyMemory(from: address, byteCount: 4 * count)
      case .bfloat16: ck_bf16_to_f32(address.assumingMemoryBound(to: UInt16.self), floats.baseAddress!, Int64(count))
      }
      initialized = count
    }
  }

  /// A picture from channels-first numbers: [n, c, h, w] becomes [n, h, w, c].
  package init(channelsFirst a: NDArray, scalar: Scalar) {
    precondition(a.shape.count == 4, "a picture has four extents, not \(a.shape)")
    let (n, c, h, w) = (a.shape[0], a.shape[1], a.shape[2], a.shape[3])
    self.init([n, h, w, c], scalar)
    ck_to_channels_last(scalar.kernel, a.values, address, Int64(n), Int64(c), Int64(h * w))
  }

  /// Back to channels first: [n, h, w, c] becomes [n, c, h, w].
  package var channelsFirst: NDArray {
    let (n, h, w, c) = (shape[0], shape[1], shape[2], shape[3])
    let values = [Float](unsafeUninitializedCapacity: count) { floats, initialized in
      ck_to_channels_first(scalar.kernel, address, floats.baseAddress!, Int64(n), Int64(c), Int64(h * w))
      initialized = count
    }
    return NDArray(values, shape: [n, c, h, w])
  }
}
