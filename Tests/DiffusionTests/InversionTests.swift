import Diffusion
import Foundation
import Pixels
import Tensors
import TestSupport
import Testing

/// From picture to noise and back.
@Suite(.timeLimit(.minutes(10))) struct InversionTests {
  private static let model = Result { try FakeModel(Golden.manifest(in: "schedulers")["fake_model"]) }

  @Test(arguments: try Golden.cases(in: "inversion"))
  func plainInversionIsTheReference(_ golden: Golden) throws {
    let model = try Self.model.get()
    let steps = try #require(golden.json["steps"].int)
    let configuration = SchedulerConfiguration(golden.json["scheduler"])
    let sampler = try #require(try configuration.sampler(steps: steps) as? any ReversibleSampler)
    var x = try golden.output("trajectory").rows[0]
    for (row, i) in sampler.timesteps.indices.reversed().enumerated() {
      x = sampler.undo(i, x, by: Inversion(evaluations: 1)) { model($0, at: sampler.timesteps[i]) }
      check(try golden.difference(x, from: "trajectory", row: row + 1))
    }
  }

  /// Every step of every sampler that can be undone, for all that a network may predict.
  @Test(arguments: SchedulerKind.reversible, [Prediction.epsilon, .velocity, .sample])
  func aStepLeadsWhereItsUndoingCameFrom(_ kind: SchedulerKind, _ prediction: Prediction) throws {
    let model = try Self.model.get()
    for spacing in ["leading", "linspace", "trailing"] {
      let configuration = SchedulerConfiguration([
        "prediction_type": .string(prediction.rawValue), "timestep_spacing": .string(spacing),
        "beta_schedule": .string("scaled_linear"), "beta_start": .number(0.00085), "beta_end": .number(0.012),
        "clip_sample": .bool(false),
      ])
      var sampler = try #require(try kind.sampler(configuration, steps: 10) as? any ReversibleSampler)
      var noise = NoiseGenerator(seed: 3)
      for i in sampler.timesteps.indices {
        let level = sampler.noiseLevel(after: i)
        let size = (level.alpha * level.alpha + level.sigma * level.sigma).squareRoot()
        let y = weightedSum((size, noise.next(shape: [1, 2, 4, 4])))
        func output(_ x: NDArray) -> NDArray { model(sampler.modelInput(x, at: i), at: sampler.timesteps[i]) }
        let x = sampler.undo(i, y, by: Inversion(evaluations: 60), output: output)
        let back = sampler.step(output(x), at: i, from: x) { y }
        let miss = zip(back.values, y.values).map { abs($0 - $1) }.max() ?? .infinity
        #expect(miss <= 2e-5 * Float(max(size, 1)), "\(spacing), step \(i): off by \(miss)")
      }
    }
  }

  /// A tiny random network that predicts velocity.
  @Test(arguments: SchedulerKind.reversible) func denoisingGivesTheLatentBack(_ kind: SchedulerKind) throws {
    let engine = try Engine(model: Golden.ours.appending(path: "models/tiny-sd21"), precision: .fp32)
    let conditioning = try engine.encode("a photo of a cat", negative: "blurry")
    let latent = try engine.noise(seed: 1, width: 64, height: 64)
    for (guidance, bound) in [(1.0, 1e-4), (4.0, 1e-2)] {
      let sampling = Sampling(steps: 10, guidance: guidance, scheduler: kind)
      func error(_ evaluations: Int) throws -> Double {
        let noise = try engine.invert(latent, conditioning, sampling, by: Inversion(evaluations: evaluations))
        let back = try engine.denoise(noise, conditioning, sampling) { _ in noise }
        return distance(back, latent) / distance(latent, NDArray(zeros: latent.shape))
      }
      let (plain, refined) = (try error(1), try error(8))
      #expect(refined < bound && refined < plain / 10, "guidance \(guidance): \(refined) after \(plain)")
    }
  }

  /// The model that ships, with a picture that it did not make: what comes back is what the autoencoder makes of it.
  @Test(arguments: [(1.0, 45.0), (4.0, 30.0)]) func aPictureComesBack(guidance: Double, decibels: Double) throws {
    let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    let engine = try Engine(model: root.appending(path: "Presets/models/emoji"), precision: .fp32)
    let picture = try Image(contentsOf: root.appending(path: "Presets/images/cat.png")).covering(width: 64, height: 64)
    let (latent, conditioning) = (try engine.encode(picture), try engine.encode("a cat"))
    let sampling = Sampling(steps: 20, guidance: guidance)
    let noise = try engine.invert(latent, conditioning, sampling)
    let back = try engine.decode(engine.denoise(noise, conditioning, sampling) { _ in noise })
    let found = ratio(try engine.decode(latent), back)
    #expect(found > decibels, "\(found) dB")
  }

  @Test func otherSchedulersAreRefused() throws {
    let engine = try Engine(model: Golden.ours.appending(path: "models/tiny-sd15"), precision: .fp32)
    let latent = try engine.noise(seed: 1, width: 64, height: 64)
    let error = try #require(throws: SchedulerError.self) {
      try engine.invert(
        latent, engine.encode("a cat"), Sampling(steps: 4, guidance: 1, scheduler: .heun))
    }
    #expect(
      "\(error)"
        == "scheduler of a picture's inversion: found heun, expected ddim or euler, whose steps can be undone")
  }
}

/// Peak signal-to-noise ratio in decibels.
private func ratio(_ a: Image, _ b: Image) -> Double {
  let squares = zip(a.pixels, b.pixels).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
  return 10 * log10(255 * 255 / max(squares / Double(a.pixels.count), 1e-6))
}

private func distance(_ a: NDArray, _ b: NDArray) -> Double {
  zip(a.values, b.values).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
}
