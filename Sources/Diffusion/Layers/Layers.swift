internal import Tensors

// The layers that models are built of: each takes its weights by path as it is built.

extension MappedTensor: WeightSource {}

struct Linear: Sendable {
  private let product: Product

  /// Also takes a 1×1 convolution's weight: over channels-last rows the two are the same.
  ///
  /// Of a gated layer's outputs the first half, times gelu of the second, is the result.
  init(_ w: Weights, _ inputs: Int, _ outputs: Int, bias: Bool = true, isGated: Bool = false) throws(WeightError) {
    let weight = try w.matrix("weight", [outputs, inputs])
    product = Product(
      weight: weight, bias: bias ? try w.tensor("bias", [outputs]).floats() : nil, isGated: isGated)
  }

  /// Several layers of the same input as one, their results side by side.
  init(stacking parts: [Weights], _ inputs: Int, _ outputs: Int, bias: Bool = true) throws(WeightError) {
    var weights: [any WeightSource] = []
    var biases: [Float] = []
    for w in parts {
      weights.append(try w.matrix("weight", [outputs, inputs]))
      if bias { biases += try w.tensor("bias", [outputs]).floats() }
    }
    product = Product(weight: Stacked(weights), bias: bias ? biases : nil)
  }

  func release() { product.release() }

  func callAsFunction(_ x: Tensor, adding: Tensor? = nil, activation: Activation = .identity) -> Tensor {
    product(x, adding: adding, activation: activation)
  }
}

struct Conv2D: Sendable {
  private let convolution: Convolution

  init(
    _ w: Weights, _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1,
    padding: Convolution.Padding = .all(1), bias: Bool = true
  ) throws(WeightError) {
    let weight = try w.tensor("weight", [outputs, inputs, kernel, kernel])
    let bias = bias ? try w.tensor("bias", [outputs]).floats() : nil
    convolution = Convolution(weight: weight, bias: bias, stride: stride, padding: kernel == 1 ? .all(0) : padding)
  }

  func callAsFunction(_ x: Tensor, adding: Tensor? = nil, activation: Activation = .identity) -> Tensor {
    convolution(x, adding: adding, activation: activation)
  }

  /// The convolution of `x` with each pixel doubled in height and width.
  func ofDoubled(_ x: Tensor) -> Tensor { convolution.ofDoubled(x) }
}

struct GroupNorm: Sendable {
  private let weight, bias: [Float]
  private let groups: Int
  private let epsilon: Float

  init(_ w: Weights, _ channels: Int, groups: Int, epsilon: Double) throws(WeightError) {
    weight = try w.tensor("weight", [channels]).floats()
    bias = try w.tensor("bias", [channels]).floats()
    self.groups = groups
    self.epsilon = Float(epsilon)
  }

  /// `shift`, a number for each channel, is added to `x` first.
  func callAsFunction(_ x: consuming Tensor, shift: Columns? = nil, silu: Bool = false) -> Tensor {
    (consume x).groupNormalized(groups: groups, weight: weight, bias: bias, epsilon: epsilon, shift: shift, silu: silu)
  }
}

struct LayerNorm: Sendable {
  private let weight, bias: [Float]
  private let epsilon: Float

  init(_ w: Weights, _ width: Int, epsilon: Double = 1e-5) throws(WeightError) {
    weight = try w.tensor("weight", [width]).floats()
    bias = try w.tensor("bias", [width]).floats()
    self.epsilon = Float(epsilon)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalized(weight: weight, bias: bias, epsilon: epsilon)
  }
}
