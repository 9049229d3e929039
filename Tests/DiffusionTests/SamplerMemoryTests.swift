import Diffusion
import Tensors
import TestSupport
import Testing

/// What samplers remember, when runs are mixed half-way.
@Suite struct SamplerMemoryTests {
  private static let steps = 8

  /// Samplers do nothing but add, so over a linear model a mix of two runs stays the mix of the two.
  @Test(arguments: SchedulerKind.allCases, [1, 2, 3, 5, 7])
  func aMixOfRunsGoesOnAsTheMixOfBoth(_ kind: SchedulerKind, at branch: Int) throws {
    let (a, b) = (try run(kind, seed: 1), try run(kind, seed: 2))
    let weights = (0.6, 0.8)
    var sampler = a.samplers[branch]
    let other = b.samplers[branch].memory
    try #require(sampler.memory.count == other.count)
    sampler.memory = zip(sampler.memory, other).map { weightedSum((weights.0, $0), (weights.1, $1)) }
    var x = weightedSum((weights.0, a.latents[branch]), (weights.1, b.latents[branch]))
    for i in branch..<sampler.timesteps.count {
      x = sampler.step(model(sampler.modelInput(x, at: i)), at: i, from: x) {
        weightedSum((weights.0, a.noises[i]), (weights.1, b.noises[i]))
      }
      let wanted = weightedSum((weights.0, a.latents[i + 1]), (weights.1, b.latents[i + 1]))
      let error = zip(x.values, wanted.values).map { abs($0 - $1) }.max() ?? .infinity
      // Single precision, over the few steps that are left.
      #expect(error < 2e-5 * (wanted.values.map(abs).max() ?? 0), "after evaluation \(i)")
    }
  }

  /// The samplers that look back further than one step remember something.
  @Test(arguments: [SchedulerKind.dpmpp2M, .dpmpp2S, .pndm, .lms, .unipc, .heun])
  func thoseThatLookBackRemember(_ kind: SchedulerKind) throws {
    #expect(try run(kind, seed: 1).samplers[1].memory.isEmpty == false)
  }

  private struct Run {
    var samplers: [any Sampler] = []
    var latents: [NDArray] = []
    let noises: [NDArray]
  }

  /// Sampler and latent before every evaluation, and the last latent.
  private func run(_ kind: SchedulerKind, seed: UInt64) throws -> Run {
    var sampler = try SchedulerConfigurationTests.configuration(for: kind).setting("clip_sample", .bool(false))
      .sampler(kind, steps: Self.steps)
    var generator = NoiseGenerator(seed: seed)
    var x = weightedSum((sampler.initialNoiseScale, generator.next(shape: [1, 1, 4, 4])))
    var run = Run(noises: sampler.timesteps.map { _ in generator.next(shape: x.shape) })
    for i in sampler.timesteps.indices {
      run.samplers.append(sampler)
      run.latents.append(x)
      x = sampler.step(model(sampler.modelInput(x, at: i)), at: i, from: x) { run.noises[i] }
    }
    run.latents.append(x)
    return run
  }

  private func model(_ x: NDArray) -> NDArray {
    NDArray(x.values.enumerated().map { (0.3 + 0.05 * Float($0)) * $1 }, shape: x.shape)
  }
}
