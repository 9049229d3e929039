package import Tensors

/// How a latent goes from noise to picture: a short function over the model's output, called step by step.
///
/// A value type: a copy made half-way goes on from there by itself.
package protocol Sampler: Sendable {
  /// A run of `steps` steps over a model that was trained as `configuration` says.
  init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError)

  /// The training time of every evaluation of the model, in order.
  var timesteps: [Double] { get }

  /// How many evaluations make one of the steps asked for.
  var evaluationsPerStep: Int { get }

  /// What standard normal noise is multiplied by before the first step.
  var initialNoiseScale: Double { get }

  /// How much picture and how much noise the latent holds before evaluation `i`.
  func noiseLevel(at i: Int) -> NoiseLevel

  /// What the model is shown of latent `x` at evaluation `i`.
  func modelInput(_ x: NDArray, at i: Int) -> NDArray

  /// The picture that the model's `output` at evaluation `i` points to.
  func denoised(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray

  /// What the next steps use of the evaluations before, as linear in the latents as they are.
  ///
  /// Samplers of one kind that are to make the same evaluation remember the same number of arrays, so two runs can
  /// be mixed: the latents and what is remembered of them, array by array, with the same weights.
  var memory: [NDArray] { get set }

  /// The latent after evaluation `i`, at which the model gave `output` for latent `x`.
  ///
  /// Evaluations come in order, the first one anywhere. Stochastic samplers call `noise` for
  /// standard normal numbers of the latent's shape, once a step at most.
  mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray
}

extension Sampler {
  package var evaluationsPerStep: Int { 1 }
  package var initialNoiseScale: Double { 1 }

  package func modelInput(_ x: NDArray, at i: Int) -> NDArray { x }

  /// Most remember nothing.
  package var memory: [NDArray] {
    get { [] }
    set { precondition(newValue.isEmpty, "this sampler remembers nothing") }
  }

  /// A clean latent `x0` with as much noise as evaluation `i` begins with.
  package func addNoise(_ x0: NDArray, _ noise: NDArray, at i: Int) -> NDArray {
    let level = noiseLevel(at: i)
    return weightedSum((level.alpha, x0), (level.sigma, noise))
  }

  /// The evaluation at which an image-to-image run of `strength` in 0...1 begins: of `steps` steps
  /// the last `steps · strength`, rounded down. With strength 0 it lies behind the last one.
  package func begin(steps: Int, strength: Double) -> Int {
    let wanted = min(Int(Double(steps) * strength), steps)
    return (steps - wanted) * evaluationsPerStep
  }
}

/// A latent is `alpha` times the picture plus `sigma` times standard normal noise.
package struct NoiseLevel: Sendable, Equatable {
  package var alpha: Double
  package var sigma: Double

  /// Picture and noise so that their squares add to one, of a given ratio `sigma` of noise to picture.
  static func preserving(_ sigma: Double) -> Self {
    let alpha = 1 / (sigma * sigma + 1).squareRoot()
    return Self(alpha: alpha, sigma: sigma * alpha)
  }

  /// Of a given ᾱ, the square of the picture's share.
  static func preserving(alphaBar: Double) -> Self {
    Self(alpha: alphaBar.squareRoot(), sigma: (1 - alphaBar).squareRoot())
  }
}
