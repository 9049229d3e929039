internal import CDNN

/// A two-dimensional convolution with its weights, over channels-last pictures.
package final class Convolution: Sendable {
  /// Zeros around the picture, in pixels.
  package struct Padding: Sendable, Equatable {
    package let top, left, bottom, right: Int

    package static func all(_ p: Int) -> Padding { Padding(top: p, left: p, bottom: p, right: p) }
    /// One row and column behind only, as an autoencoder's encoder halves its pictures.
    package static let behind = Padding(top: 0, left: 0, bottom: 1, right: 1)
  }

  private struct Sizes: OperationSizes {
    let n, height, width: Int
    var scalar: Scalar
    let adds: Bool
    let activation: Activation
  }

  private let compiled: Compiled<Sizes>
  /// Where AMX may serve: for kernels of 3×3 with zeros around.
  private let amx: AMXProduct?
  /// Empty where tiles do not serve.
  private let tiled: [Tiling: TiledConvolution]
  private let inputs, outputs, kernel, stride: Int
  private let padding: Padding

  /// `weight` is [outputs, inputs, kernel, kernel].
  package init(weight: any WeightSource, bias: [Float]?, stride: Int = 1, padding: Padding) {
    precondition(weight.shape.count == 4 && weight.shape[2] == weight.shape[3])
    let (inputs, outputs, kernel) = (weight.shape[1], weight.shape[0], weight.shape[2])
    let hasBias = bias != nil
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    let ways = Tiling.ways(inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding)
    amx =
      kernel == 3 && stride == 1 && padding == .all(1)
      ? AMXProduct(weight: weight, bias: bias) : nil
    tiled = Dictionary(uniqueKeysWithValues: ways.map { ($0, TiledConvolution($0, weight: weight, bias: bias)) })
    compiled = Compiled(weight: weight, bias: bias) { sizes in
      var c = cdnn_convolution(
        type: sizes.scalar.dnn, n: Int64(sizes.n), h: Int64(sizes.height), w: Int64(sizes.width), ci: Int64(inputs),
        co: Int64(outputs),
        ho: Int64(Self.extent(sizes.height, padding.top + padding.bottom, kernel, stride)),
        wo: Int64(Self.extent(sizes.width, padding.left + padding.right, kernel, stride)),
        kernel: Int64(kernel), stride: Int64(stride), pad_top: Int64(padding.top), pad_left: Int64(padding.left),
        pad_bottom: Int64(padding.bottom), pad_right: Int64(padding.right), bias: hasBias, add: sizes.adds,
        activation: sizes.activation.dnn)
      return cdnn_convolution_create(&c)
    }
  }

  /// `x` is [n, h, w, inputs]; `adding` has the result's shape and is added before the activation.
  package func callAsFunction(_ x: Tensor, adding: Tensor? = nil, activation: Activation = .identity) -> Tensor {
    precondition(x.shape.count == 4 && x.width == inputs, "a convolution of \(inputs) channels met \(x.shape)")
    let height = Self.extent(x.shape[1], padding.top + padding.bottom, kernel, stride)
    let width = Self.extent(x.shape[2], padding.left + padding.right, kernel, stride)
    let y = Tensor([x.shape[0], height, width, outputs], x.scalar)
    precondition(adding.map { $0.shape == y.shape && $0.scalar == y.scalar } ?? true)
    Profile.measure(work("", y)) {
      if let amx, amx.serves(x) {
        amx.run(x, adding: adding, activation: activation, into: y)
      } else if activation == .identity || activation == .silu,
        let tiled = Tiling.paying(x).flatMap({ tiled[$0] })
      {
        tiled.run(x, adding: adding, silu: activation == .silu, into: y)
      } else {
        let sizes = Sizes(
          n: x.shape[0], height: x.shape[1], width: x.shape[2], scalar: x.scalar, adds: adding != nil,
          activation: activation)
        compiled.run(sizes, x, adding: adding, into: y)
      }
    }
    return y
  }

  /// The convolution of `x` with each pixel doubled in height and width.
  package func ofDoubled(_ x: Tensor) -> Tensor {
    let (n, height, width) = (x.shape[0], 2 * x.shape[1], 2 * x.shape[2])
    guard let doubling = tiled[.doubling] else { return self(x.upsampled(height: height, width: width)) }
    precondition(x.shape.count == 4 && x.width == inputs, "a convolution of \(inputs) channels met \(x.shape)")
    let y = Tensor([n, height, width, outputs], x.scalar)
    Profile.measure(work("doubled ", y)) { doubling.run(x, adding: nil, silu: false, into: y) }
    return y
  }

  private func work(_ how: String, _ y: Tensor) -> Profile.Work {
    Profile.Work(
      .convolution, "\(how)\(kernel)x\(kernel) of \(inputs) to \(y.shape)",
      flops: 2 * kernel * kernel * inputs * y.count)
  }

  private static func extent(_ size: Int, _ padding: Int, _ kernel: Int, _ stride: Int) -> Int {
    (size + padding - kernel) / stride + 1
  }
}
