internal import CKernels

extension Tensor {
  /// (1 − t)·a + t·b, element by element.
  package static func lerp(_ a: Tensor, _ b: Tensor, _ t: Double) -> Tensor {
    precondition(a.shape == b.shape && a.scalar == b.scalar)
    let y = Tensor(a.shape, a.scalar)
    ck_lerp(a.scalar.kernel, a.address, b.address, Float(t), y.address, Int64(a.count))
    return y
  }

  /// The tokens of two pictures, [1, m, width] and [1, n, width], as those of one, [1, m + n, width].
  package func followed(by other: Tensor) -> Tensor {
    precondition(shape[0] == 1 && other.shape[0] == 1 && width == other.width && scalar == other.scalar)
    let y = Tensor([1, rows + other.rows, width], scalar)
    let bytes = count * scalar.size
    y.address.copyMemory(from: address, byteCount: bytes)
    (y.address + bytes).copyMemory(from: other.address, byteCount: other.count * scalar.size)
    return y
  }

  /// Bytes of its elements.
  package var bytes: Int { count * scalar.size }
}

extension Columns {
  package var pictures: Int { tensor.shape[0] }

  /// The columns of picture `index` by themselves, [1, …, count].
  package func picture(_ index: Int) -> Tensor {
    let y = Tensor([1] + tensor.shape.dropFirst().dropLast() + [count], tensor.scalar)
    let (size, stride) = (tensor.scalar.size, tensor.width * tensor.scalar.size)
    let first = address + index * y.rows * stride
    for row in 0..<y.rows {
      (y.address + row * count * size).copyMemory(from: first + row * stride, byteCount: count * size)
    }
    return y
  }
}
