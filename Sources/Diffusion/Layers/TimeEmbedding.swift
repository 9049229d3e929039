import Foundation
internal import Tensors

/// Sines and cosines of a time at frequencies that fall from 1 to 1/10000 (Ho et al., 2020, after Vaswani et al., 2017).
///
/// The exponents are -ln 10000 · i / (half - shift); `cosineFirst` is diffusers' `flip_sin_to_cos`.
/// An odd width ends with a zero. The result has `width` numbers.
package func sinusoidalEmbedding(_ time: Double, width: Int, cosineFirst: Bool, shift: Double) -> [Float] {
  let half = width / 2
  // Frequencies and angles in single precision, as the reference rounds them.
  let angles = (0..<half).map { i in
    Float(time) * exp(Float(-log(10000.0)) * Float(i) / Float(Double(half) - shift))
  }
  let (first, second) =
    cosineFirst ? (angles.map { cos($0) }, angles.map { sin($0) }) : (angles.map { sin($0) }, angles.map { cos($0) })
  return first + second + [Float](repeating: 0, count: width - 2 * half)
}

/// A time step as the vector that every ResnetBlock receives.
struct TimeEmbedding: Sendable {
  private let linear1, linear2: Linear
  /// Where a distilled model is told its guidance (Meng et al., 2023).
  private let guidance: Linear?
  private let channels, guidanceWidth: Int
  private let cosineFirst: Bool
  private let shift: Double

  init(_ w: Weights, _ c: UNetConfiguration) throws(WeightError) {
    channels = c.blockOutChannels[0]
    let width = 4 * channels
    linear1 = try Linear(w["linear_1"], channels, width)
    linear2 = try Linear(w["linear_2"], width, width)
    guidanceWidth = c.timeCondProjDim ?? 0
    guidance = guidanceWidth > 0 ? try Linear(w["cond_proj"], guidanceWidth, channels, bias: false) : nil
    cosineFirst = c.flipSinToCos
    shift = Double(c.freqShift)
  }

  /// What consistency models are told of a guidance: how far it lies above one, times a thousand, sines first
  /// (Luo et al., 2023). [1, width] in fp32; nil for models that are not told.
  func embedded(guidance scale: Double) -> Tensor? {
    guard guidance != nil else { return nil }
    let w = sinusoidalEmbedding((scale - 1) * 1000, width: guidanceWidth, cosineFirst: false, shift: 1)
    return Tensor(w, shape: [1, guidanceWidth], scalar: .float32)
  }

  /// [1, 4 · channels] in fp32; its SiLU taken, since each block begins with that.
  func callAsFunction(_ time: Double, told: Tensor?) -> Tensor {
    let t = sinusoidalEmbedding(time, width: channels, cosineFirst: cosineFirst, shift: shift)
    var x = Tensor(t, shape: [1, channels], scalar: .float32)
    if let guidance, let told { x = guidance(told, adding: x) }
    return linear2(linear1(x, activation: .silu), activation: .silu)
  }
}

/// How far each resnet shifts its channels at a time: the projections of all of them as one product.
struct TimeShifts: Sendable {
  private let product: Product

  /// Takes the projections as the resnets are built.
  struct Builder {
    private let inputs: Int
    private var weights: [any WeightSource] = []
    private var biases: [Float] = []

    /// `inputs` is the width of the time embedding.
    init(inputs: Int) { self.inputs = inputs }

    /// Where the shifts of these weights will lie.
    mutating func add(_ w: Weights, _ outputs: Int) throws(WeightError) -> Range<Int> {
      weights.append(try w.matrix("weight", [outputs, inputs]))
      let first = biases.count
      biases += try w.tensor("bias", [outputs]).floats()
      return first..<biases.count
    }

    func finish() -> TimeShifts { TimeShifts(product: Product(weight: Stacked(weights), bias: biases)) }
  }

  /// One row for a time embedding [1, inputs] after its SiLU.
  func callAsFunction(_ t: Tensor) -> Tensor { product(t) }
}
