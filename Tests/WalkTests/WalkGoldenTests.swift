import Diffusion
import Foundation
import Pixels
import Synchronization
import Tensors
import TestSupport
import Testing
import Walk

/// Walks of a few frames through tiny models, held against the reference frame by frame.
@Suite(.timeLimit(.minutes(10))) struct WalkGoldens {
  /// Those of the models that the engine runs.
  static var cases: [Golden] {
    get throws {
      let all = try Golden.cases(in: "walks") + Golden.cases(in: "walk")
      return all.filter { $0.json["model"].string?.hasSuffix("tiny-sd15") == true }
    }
  }

  private static let schedulers = ["DDIMScheduler": SchedulerKind.ddim, "DPMSolverMultistepScheduler": .dpmpp2M]

  @Test(arguments: try cases) func framesAreTheReferences(golden: Golden) throws {
    let json = golden.json
    func number(_ name: String) throws -> Double { try #require(json[name].double) }
    let wanted = try golden.output("final_latents")
    let count = wanted.shape[0]
    let engine = try Engine(
      model: Golden.root.appending(path: #require(json["model"].string)), precision: .fp32)
    let scheduler = try #require(json["scheduler"].string.flatMap { Self.schedulers[$0] })
    let painter = try Witness(
      engine, json["size_hw"].list.compactMap(\.int),
      Sampling(steps: Int(number("steps")), guidance: 1, scheduler: scheduler))
    let ends = Array(zip(json["prompts"].list.compactMap(\.string), json["seeds"].list.compactMap(\.int)))
    let guidance = try number("guidance")
    let timeline = try Timeline(
      ends.enumerated().map { index, end in
        Keyframe(
          prompt: end.0, negative: json["negative"].string ?? "", seed: UInt64(end.1), guidance: guidance,
          start: .at(.frames(index * (count - 1))))
      }, rate: #require(FrameRate("30")))
    let frames = try WalkFrames(
      timeline, painter: painter, promptMix: golden.id.contains("slerp-embeds") ? .slerp : .lerp)

    let images = try (0..<frames.count).map(frames.frame)
    #expect(frames.count == count)
    let found = painter.painted
    func stacked(_ parts: [NDArray], _ shape: [Int]) -> NDArray { NDArray(parts.flatMap(\.values), shape: shape) }
    #expect(try golden.difference(stacked(found.map(\.latent), wanted.shape), from: "final_latents") == nil)
    let prompts = stacked(found.map(\.conditioning.prompt), golden.expected["prompt_embeds"]?.shape ?? [])
    #expect(try golden.difference(prompts, from: "prompt_embeds") == nil)

    let bytes = try golden.outputDoubles("image_u8")
    let tensor = try #require(golden.expected["image_u8"])
    let errors = zip(images.flatMap(\.pixels), bytes).map { abs(Double($0) - $1) }
    #expect(errors.count == bytes.count && errors.max() ?? .infinity <= tensor.tolerance)
    let differing = Double(errors.count { $0 > 0 }) / Double(errors.count)
    #expect(try differing <= #require(tensor.json["max_fraction_differing"].double))
  }
}

/// Paints with an engine and keeps what it painted from and to.
private final class Witness: Painter {
  let noiseShape: [Int]
  let picturesAtOnce = 1
  private let engine: Engine
  private let sampling: Sampling
  private let record = Mutex<[(latent: Latent, conditioning: Conditioning)]>([])
  var painted: [(latent: Latent, conditioning: Conditioning)] { record.withLock { $0 } }

  init(_ engine: Engine, _ heightAndWidth: [Int], _ sampling: Sampling) throws {
    self.engine = engine
    self.sampling = sampling
    noiseShape = try engine.latentShape(width: heightAndWidth[1], height: heightAndWidth[0])
  }

  func encode(_ prompts: [(prompt: String, negative: String)]) throws -> [Conditioning] {
    try engine.encode(prompts)
  }

  func noise(of picture: Image, _ conditioning: Conditioning, guidance: Double) throws -> Latent {
    try engine.invert(engine.encode(picture), conditioning, sampling)
  }

  func paint(
    _ noise: Latent, _ conditioning: Conditioning, guidance: Double, stepNoise: (Int) -> Latent
  ) throws -> Image {
    var sampling = sampling
    sampling.guidance = guidance
    let latent = try engine.denoise(noise, conditioning, sampling, stepNoise: stepNoise)
    record.withLock { $0.append((latent, conditioning)) }
    return try engine.decode(latent)
  }
}
