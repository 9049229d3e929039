internal import Tensors

/// Where a run stands before an evaluation: what is needed to go on from there, alone or mixed with another run.
package struct Standing: Sendable {
  /// The latents, [n, channels, height, width].
  package let latent: Latent
  /// The evaluation that comes next.
  package let index: Int
  fileprivate let sampler: any Sampler

  /// As many evaluations as a whole run has.
  package var evaluations: Int { sampler.timesteps.count }

  /// Part of one run and part of another, at the same evaluation and of one kind of sampler.
  ///
  /// A latent is picture and noise, x = α·x0 + σ·ε, and a sampler of many steps remembers x, x0 or ε of steps before.
  /// All of them are mixed with the same weights, so that the equation still holds between them, and a step of the
  /// mix is as accurate as the steps of both. Beginning anew at first order would bend the way at every branch.
  package static func mix(_ a: (Double, Standing), _ b: (Double, Standing)) -> Standing {
    precondition(a.1.index == b.1.index, "runs are mixed at the same evaluation")
    var sampler = a.1.sampler
    let other = b.1.sampler.memory
    precondition(sampler.memory.count == other.count, "runs of one kind are mixed")
    sampler.memory = zip(sampler.memory, other).map { weightedSum((a.0, $0), (b.0, $1)) }
    return Standing(
      latent: weightedSum((a.0, a.1.latent), (b.0, b.1.latent)), index: a.1.index, sampler: sampler)
  }
}

extension Denoising {
  /// Can be changed for another's at the same evaluation.
  package var standing: Standing {
    get { Standing(latent: latent, index: index, sampler: sampler) }
    set {
      precondition(newValue.index == index, "a run stays where it is")
      latent = newValue.latent
      sampler = newValue.sampler
    }
  }
}

extension Engine {
  /// A run that goes on from where another stood, with conditionings and guidance of its own.
  package func denoising(from standing: Standing, _ conditionings: [Conditioning], _ sampling: Sampling) -> Denoising {
    denoising(from: standing.latent, at: standing.index, conditionings, sampling, standing.sampler)
  }
}
