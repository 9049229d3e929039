internal import CKernels

// Everything that layers ask of a device, besides Convolution and Product, on one page.

/// What follows a convolution or a product at no cost.
package enum Activation: Sendable, Hashable {
  case identity, silu, gelu, quickGELU, relu
}

/// The team of threads that computes for the calling thread.
package enum Team {
  package static var threads: Int { Int(ck_threads()) }
  /// Sets the size of the calling thread's team; others keep theirs.
  package static func use(threads: Int) { ck_set_threads(Int32(threads)) }

  /// Calls `task` with every number below `count`, each on one of the team's threads, in any order.
  static func run(_ count: Int, _ task: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(task) { task in
      withUnsafePointer(to: task) {
        ck_parallel(
          Int64(count),
          { task, i in task!.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(Int(i)) }, $0)
      }
    }
  }
}

/// Some columns of a tensor's rows: one of several matrices that lie side by side.
package struct Columns: Sendable {
  let tensor: Tensor
  let first: Int
  let count: Int

  var address: UnsafeMutableRawPointer { tensor.address + first * tensor.scalar.size }
}

extension Tensor {
  package func columns(_ range: Range<Int>) -> Columns {
    precondition(range.upperBound <= width, "columns \(range) of \(width)")
    return Columns(tensor: self, first: range.lowerBound, count: range.count)
  }

  /// All columns.
  package var columns: Columns { columns(0..<width) }

  /// Group normalisation (Wu and He, 2018) of [n, …, channels], of x + `shift`, then SiLU if asked.
  ///
  /// `shift` is one row in fp32, a number for each channel. Memory that nobody else holds takes the result.
  package consuming func groupNormalized(
    groups: Int, weight: [Float], bias: [Float], epsilon: Float, shift: Columns? = nil, silu: Bool
  ) -> Tensor {
    precondition(width % groups == 0 && weight.count == width && bias.count == width)
    precondition(shift.map { $0.count == width && $0.tensor.rows == 1 && $0.tensor.scalar == .float32 } ?? true)
    let y = isOnlyHolder ? copy self : Tensor(shape, scalar)
    let n = shape[0]
    Profile.measure(Profile.Work(.groupNorm, "\(shape)")) {
      ck_group_norm(
        scalar.kernel, address, y.address, Int64(n), Int64(rows / n), Int64(width), Int64(groups), weight, bias,
        epsilon, shift?.address.assumingMemoryBound(to: Float.self), silu)
    }
    return y
  }

  /// Layer normalisation (Ba et al., 2016) of each row.
  package func layerNormalized(weight: [Float], bias: [Float], epsilon: Float) -> Tensor {
    precondition(weight.count == width && bias.count == width)
    let y = Tensor(shape, scalar)
    Profile.measure(Profile.Work(.layerNorm, "\(shape)")) {
      ck_layer_norm(scalar.kernel, address, y.address, Int64(rows), Int64(width), weight, bias, epsilon)
    }
    return y
  }

  /// The first half of each row times gelu of the second (Shazeer, 2020).
  var geglu: Tensor {
    let y = Tensor(shape.dropLast() + [width / 2], scalar)
    Profile.measure(Profile.Work(.gate, "\(shape)")) {
      ck_geglu(scalar.kernel, address, y.address, Int64(rows), Int64(width / 2))
    }
    return y
  }

  /// [n, h, w, c] enlarged to [n, height, width, c], each pixel taking its nearest source.
  package func upsampled(height: Int, width: Int) -> Tensor {
    let y = Tensor([shape[0], height, width, shape[3]], scalar)
    Profile.measure(Profile.Work(.copy, "upsampled to \(y.shape)")) {
      ck_upsample_nearest(
        scalar.kernel, address, y.address, Int64(shape[0]), Int64(shape[1]), Int64(shape[2]), Int64(shape[3]),
        Int64(height), Int64(width))
    }
    return y
  }

  /// The rows of both, side by side.
  package func beside(_ other: Tensor) -> Tensor {
    precondition(rows == other.rows && scalar == other.scalar)
    let y = Tensor(shape.dropLast() + [width + other.width], scalar)
    Profile.measure(Profile.Work(.copy, "side by side to \(y.shape)")) {
      ck_concat(scalar.kernel, address, Int64(width), other.address, Int64(other.width), y.address, Int64(rows))
    }
    return y
  }

  /// `count` pictures, those of a smaller batch over and over.
  package func repeated(to count: Int) -> Tensor {
    precondition(count % shape[0] == 0, "\(shape[0]) pictures do not go into \(count)")
    if count == shape[0] { return self }
    let y = Tensor([count] + shape.dropFirst(), scalar)
    let bytes = self.count * scalar.size
    Profile.measure(Profile.Work(.copy, "repeated to \(y.shape)")) {
      for i in 0..<count / shape[0] { (y.address + i * bytes).copyMemory(from: address, byteCount: bytes) }
    }
    return y
  }

  /// softmax(q kᵀ / √d) v for every head (Vaswani et al., 2017, equation 1).
  ///
  /// The tensors behind q, k and v are [n, tokens, …] with the heads side by side in their columns.
  package static func attention(_ q: Columns, _ k: Columns, _ v: Columns, heads: Int, causal: Bool = false) -> Tensor {
    precondition(q.count == k.count && k.count == v.count && q.count % heads == 0)
    let (n, queries, keys, scalar) = (q.tensor.shape[0], q.tensor.shape[1], k.tensor.shape[1], q.tensor.scalar)
    let y = Tensor([n, queries, q.count], scalar)
    let size = q.count / heads
    var shape = ck_attention_shape(
      type: scalar.kernel, n: Int64(n), heads: Int64(heads), queries: Int64(queries), keys: Int64(keys),
      head_size: Int64(size), q_stride: Int64(q.tensor.width), k_stride: Int64(k.tensor.width),
      v_stride: Int64(v.tensor.width), y_stride: Int64(y.width), scale: 1 / Float(size).squareRoot(), causal: causal)
    let scratch = Buffer(bytes: ck_attention_scratch(&shape))
    Profile.measure(
      Profile.Work(
        .attention, "\(n) x \(heads) heads of \(size), \(queries) x \(keys)",
        flops: 4 * n * queries * keys * q.count)
    ) {
      ck_attention(&shape, q.address, k.address, v.address, y.address, scratch.address)
    }
    return y
  }
}
