import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

/// Models of all kinds by every scheduler's name, as a command line may ask.
@Suite(.timeLimit(.minutes(10))) struct NamedSchedulerTests {
  static let models = ["tiny-sd15", "tiny-sd21", "tiny-lcm"]
  private static let engines = Dictionary(
    uniqueKeysWithValues: models.map { name in
      (name, Result { try Engine(model: Golden.ours.appending(path: "models/\(name)"), precision: .fp32) })
    })

  @Test(arguments: models, SchedulerKind.allCases)
  func paintOrSayWhyNot(_ model: String, _ kind: SchedulerKind) throws {
    let engine = try #require(Self.engines[model]).get()
    let conditioning = try engine.encode("a cat")
    let noise = try engine.noise(seed: 1, width: 32, height: 32)
    for steps in [1, 2, 4] {
      for guidance in [1.0, 3] {
        let sampling = Sampling(steps: steps, guidance: guidance, scheduler: kind)
        do {
          let latent = try engine.denoise(noise, conditioning, sampling) { step in
            var generator = NoiseGenerator(seed: UInt64(step + 2))
            return generator.next(shape: noise.shape)
          }
          #expect(latent.values.allSatisfy { $0.isFinite }, "\(steps) steps")
          #expect(kind != .flowEuler, "a model of noise has no flow")
        } catch let error as SchedulerError {
          let message = error.description
          let tooFew = "steps: found \(steps), expected at least 4 for pndm with skip_prk_steps false"
          #expect(kind == .flowEuler ? message.contains("prediction_type") : kind == .pndm && message == tooFew)
        }
      }
    }
  }

  /// LCM's steps are those of its distillation.
  @Test(arguments: models) func lcmSaysHowManyStepsItHas(_ model: String) throws {
    let engine = try #require(Self.engines[model]).get()
    let message = refusal { try engine.sampler(.lcm, steps: 51) }
    #expect(message == "steps: found 51, expected a number from 1 to 50 for lcm with this model")
  }
}
