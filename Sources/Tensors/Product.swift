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
  private let inputs, outputs: Int

  /// `weight` is [outputs, inputs], or a 1×1 convolution's [outputs, inputs, 1, 1].
  package init(weight: any WeightSource, bias: [Float]?) {
    let (inputs, outputs) = (weight.shape[1], weight.shape[0])
    precondition(weight.shape.dropFirst(2).allSatisfy { $0 == 1 })
    let hasBias = bias != nil
    self.inputs = inputs
    self.outputs = outputs
    compiled = Compiled(weight: weight, bias: bias) { sizes in
      var p = cdnn_product(
        type: sizes.scalar.dnn, result: sizes.result.dnn, places: 1, m: Int64(sizes.rows), k: Int64(inputs),
        n: Int64(outputs), bias: hasBias,
        add: sizes.adds, activation: sizes.activation.dnn, alone: false)
      return cdnn_product_create(&p)
    }
  }

  /// Lets the packed weights go until they are needed again.
  package func release() { compiled.release() }

  /// `x` is [… , inputs]; `adding` has the result's shape and is added before the activation.
  package func callAsFunction(_ x: Tensor, adding: Tensor? = nil, activation: Activation = .identity) -> Tensor {
    precondition(x.width == inputs, "a product with \(inputs) columns met \(x.shape)")
    let y = Tensor(x.shape.dropLast() + [outputs], x.scalar)
    precondition(adding.map { $0.count == y.count && $0.scalar == y.scalar } ?? true)
    let sizes = Sizes(rows: x.rows, scalar: x.scalar, adds: adding != nil, activation: activation)
    Profile.measure(Profile.Work(.product, "[\(x.rows), \(inputs)] to \(outputs)", flops: 2 * inputs * y.count)) {
      compiled.run(sizes, x, adding: adding, into: y)
    }
    return y
  }
}
