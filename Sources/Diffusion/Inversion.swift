public import Tensors

/// How a picture is led back to noise that it could have come from.
public struct Inversion: Sendable, Hashable {
  /// Evaluations of the network for each step back, one at least.
  ///
  /// One is the plain inversion, which asks the network at the wrong end of the step. Each one more refines it: with
  /// five, what denoising gives back differs from the picture by less than the autoencoder does.
  public var evaluations: Int

  public init(evaluations: Int = 5) {
    precondition(evaluations >= 1, "\(evaluations) evaluations for a step")
    self.evaluations = evaluations
  }
}

extension Engine {
  /// The noise from which `denoise` makes `latent`, under the same conditioning and sampling.
  ///
  /// The sampler's steps are undone from the last to the first (Song et al. 2021, section 4.3; Dhariwal and Nichol
  /// 2021, appendix F). Throws where it is not one of `SchedulerKind.reversible`. Under strong guidance the noise is
  /// far from standard normal, and the picture comes back less exactly.
  public func invert(
    _ latent: Latent, _ conditioning: Conditioning, _ sampling: Sampling, by inversion: Inversion = Inversion()
  ) throws(SchedulerError) -> Latent {
    let sampler = try reversibleSampler(sampling)
    let run = denoising(from: latent, at: 0, [conditioning], sampling, sampler)
    var x = latent
    for i in sampler.timesteps.indices.reversed() {
      x = sampler.undo(i, x, by: inversion) { run.output(of: $0, at: i) }
    }
    return weightedSum((1 / sampler.initialNoiseScale, x))
  }

  /// Throws where pictures cannot be led back to noise with that sampler.
  package func checkInversion(by sampling: Sampling) throws(SchedulerError) { _ = try reversibleSampler(sampling) }

  private func reversibleSampler(_ sampling: Sampling) throws(SchedulerError) -> any ReversibleSampler {
    guard let sampler = try sampler(sampling.scheduler, steps: sampling.steps) as? any ReversibleSampler else {
      throw SchedulerError(
        "scheduler of a picture's inversion", found: (sampling.scheduler ?? model.scheduler).rawValue,
        expected: "\(SchedulerKind.reversible.map(\.rawValue).joined(separator: " or ")), whose steps can be undone")
    }
    return sampler
  }
}

extension ReversibleSampler {
  /// The latent from which evaluation `i` leads to `y`; `output` is what the network gives there for a latent.
  ///
  /// The equation step(x) = y is solved by the fixed-point iteration x ← x + r, r = c·(y − step(x)), with Anderson's
  /// acceleration over two iterates, as Pan et al. 2023 (AIDI) do; written so that it knows nothing of what the network
  /// predicts.
  package func undo(_ i: Int, _ y: Latent, by inversion: Inversion, output: (Latent) -> NDArray) -> Latent {
    let (here, next) = (noiseLevel(at: i), noiseLevel(after: i))
    // How fast x must follow y where the velocity stays: a step turns picture and noise by an angle, this is over its
    // cosine. It has no pole, as the factors for constant noise and constant picture have.
    let c = here.power / (here.alpha * next.alpha + here.sigma * next.sigma)
    var sampler = self
    var x = firstGuess(output(y), from: y, at: here, after: next)
    var before: (goal: Latent, rest: NDArray)?
    for _ in 1..<inversion.evaluations {
      let reached = sampler.step(output(x), at: i, from: x) { preconditionFailure("a step without chance") }
      let rest = weightedSum((c, y), (-c, reached))
      let goal = weightedSum((1, x), (1, rest))
      x = goal
      if let before {
        // The mix of both iterates whose rests, mixed alike, come nearest to nothing.
        let change = weightedSum((1, rest), (-1, before.rest))
        let length = dot(change, change)
        let share = length > 0 ? dot(change, rest) / length : 0
        x = weightedSum((1 - share, goal), (share, before.goal))
      }
      before = (goal, rest)
    }
    return x
  }

  /// Where the step would begin if the network's output at its end held at its beginning too: plain DDIM inversion.
  private func firstGuess(_ output: NDArray, from y: Latent, at here: NoiseLevel, after next: NoiseLevel) -> Latent {
    // Without noise in it, a latent does not tell a predicted picture's noise.
    if prediction == .sample, next.sigma == 0 { return y }
    return weightedSum(
      (here.alpha, prediction.picture(output, from: y, at: next)),
      (here.sigma, prediction.noise(output, from: y, at: next)))
  }
}

private func dot(_ a: NDArray, _ b: NDArray) -> Double {
  zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
