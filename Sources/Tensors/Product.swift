internal import CDNN

/// Rows times a matrix of weights: a linear layer.
package final class Product: Sendable {
  private struct Sizes: OperationSizes {
    let rows: Int
    var scalar: Scalar
    let adds: Bool
    let activation: Activation
  }

  private let compiled: Compiled<Sizes>
  private let amx: AMXProduct
  private let inputs, outputs: Int
  private let isGated: Bool

  /// `weight` is [outputs, inputs], or a 1×1 convolution's [outputs, inputs, 1, 1].
  ///
  /// Of a gated product's outputs the first half, times gelu of the second, is the result (Shazeer, 2020).
  package init(weight: any WeightSource, bias: [Float]?, isGated: Bool = false) {
    let (inputs, outputs) = (weight.shape[1], weight.shape[0])
    precondition(weight.shape.dropFirst(2).allSatisfy { $0 == 1 })
    precondition(!isGated || outputs % 2 == 0, "\(outputs) outputs have no halves")
    let hasBias = bias != nil
    self.inputs = inputs
    self.outputs = outputs
    self.isGated = isGated
    amx = AMXProduct(weight: weight, bias: bias, isGated: isGated)
    compiled = Compiled(weight: weight, bias: bias) { sizes in
      var p = cdnn_product(
        type: sizes.scalar.dnn, result: sizes.result.dnn, places: 1, m: Int64(sizes.rows), k: Int64(inputs),
        n: Int64(outputs), bias: hasBias,
        add: sizes.adds, activation: sizes.activation.dnn, alone: false)
      return cdnn_product_create(&p)
    }
  }

  /// Lets the packed weights go until they are needed again.
  package func release() {
    compiled.release()
    amx.release()
  }

  /// `x` is [… , inputs]; `adding` has the result's shape and is added before the activation. A gated product takes
  /// neither.
  package func callAsFunction(_ x: Tensor, adding: Tensor? = nil, activation: Activation = .identity) -> Tensor {
    precondition(x.width == inputs, "a product with \(inputs) columns met \(x.shape)")
    precondition(!isGated || adding == nil && activation == .identity)
    let isAMX = amx.serves(x), gates = isAMX && isGated
    let y = Tensor(x.shape.dropLast() + [gates ? outputs / 2 : outputs], x.scalar)
    precondition(adding.map { $0.count == y.count && $0.scalar == y.scalar } ?? true)
    let work = Profile.Work(
      .product, "[\(x.rows), \(inputs)] to \(outputs)\(gates ? ", gated" : "")",
      flops: 2 * inputs * x.rows * outputs)
    Profile.measure(work) {
      if isAMX {
        amx.run(x, adding: adding, activation: activation, into: y)
      } else {
        let sizes = Sizes(rows: x.rows, scalar: x.scalar, adds: adding != nil, activation: activation)
        compiled.run(sizes, x, adding: adding, into: y)
      }
    }
    return isGated && !gates ? y.geglu : y
  }
}
