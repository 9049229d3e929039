/// A sampler whose steps each depend on their own latent alone, without memory and without chance.
package protocol ReversibleSampler: Sampler {
  var prediction: Prediction { get }

  /// How much picture and how much noise the latent holds after evaluation `i`.
  func noiseLevel(after i: Int) -> NoiseLevel
}

extension DDIM: ReversibleSampler {
  package func noiseLevel(after i: Int) -> NoiseLevel {
    .preserving(alphaBar: track.alphaBar(at: Int(timesteps[i]) - track.stride))
  }
}

extension Euler: ReversibleSampler {
  package func noiseLevel(after i: Int) -> NoiseLevel { noiseLevel(at: i + 1) }
}

extension SchedulerKind {
  /// The schedulers whose steps can be undone.
  public static let reversible: [SchedulerKind] = [.ddim, .euler]
}
