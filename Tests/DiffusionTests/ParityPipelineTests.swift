import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

/// Whole runs from prompt to picture, held against the reference's latents evaluation by evaluation.
@Suite(.timeLimit(.minutes(10))) struct ParityPipelineTests {
  @Test(arguments: try ParityCases.cases(ParityCases.isPipeline))
  func runsLikeTheReference(_ golden: Golden) throws {
    let engine = try ParityModels.engine(golden)
    let call = Call(golden)
    var sampler = try call.sampler()
    if var ddim = sampler as? DDIM {
      ddim.eta = golden.json["call"]["eta"].double ?? 0
      sampler = ddim
    }
    let wanted = try golden.output("init_latents")
    var noise = Noises(seeds: call.seeds, shape: wanted.shape)

    let first: Int
    let start: NDArray
    if golden.inputs["image"] != nil {
      var picture = try golden.input("image")
      for i in picture.values.indices { picture.values[i] = 2 * picture.values[i] - 1 }
      let clean = engine.latent(of: picture, noise: noise.next())
      first = sampler.begin(steps: call.steps, strength: try #require(golden.json["call"]["strength"].double))
      start = sampler.addNoise(clean, noise.next(), at: first)
    } else {
      first = 0
      start = weightedSum((sampler.initialNoiseScale, noise.next()))
    }
    check(try golden.difference(start, from: "init_latents"))
    try expectTimesteps(sampler.timesteps[first...], golden)

    var run = engine.denoising(
      from: start, at: first, try call.conditionings(engine, count: start.shape[0]), call.sampling, sampler)
    while !run.isFinished {
      let row = run.index - first
      run.advance { noise.next() }
      check(try golden.difference(run.latent, from: "steps", row: row))
    }

    var picture = engine.pixels(run.latent)
    for i in picture.values.indices { picture.values[i] = min(max(picture.values[i] / 2 + 0.5, 0), 1) }
    check(try golden.difference(picture, from: "image"))
    try expectBytes(of: picture, golden)
  }

  /// Whole times are exact. Times between training times hang on the logarithms of all noise levels in single
  /// precision: numpy's own are off by up to two units of the last place, and by others on other processors.
  private func expectTimesteps(_ found: ArraySlice<Double>, _ golden: Golden) throws {
    let wanted = try golden.outputDoubles("timesteps")
    #expect(found.count == wanted.count, "\(golden)")
    for (found, wanted) in zip(found, wanted) {
      #expect(abs(found - wanted) <= (wanted.rounded() == wanted ? 0 : 4 * Double(Float(wanted).ulp)), "\(golden)")
    }
  }

  /// In bytes the last bit may differ where a value lies between two levels.
  private func expectBytes(of picture: NDArray, _ golden: Golden) throws {
    let wanted = try golden.outputDoubles("image_u8")
    let tensor = try #require(golden.expected["image_u8"])
    let found = picture.rows.flatMap { planes in
      let plane = planes.count / planes.shape[0]
      return (0..<planes.count).map { i in
        Double((planes.values[i % 3 * plane + i / 3] * 255).rounded(.toNearestOrEven))
      }
    }
    let errors = zip(found, wanted).map { abs($0 - $1) }
    let differing = Double(errors.count { $0 > 0 }) / Double(errors.count)
    #expect(errors.count == wanted.count && errors.max() ?? .infinity <= tensor.tolerance, "\(golden)")
    #expect(differing <= tensor.json["max_fraction_differing"].double ?? 0, "\(golden)")
  }
}

/// The arguments of the reference's call.
private struct Call {
  let golden: Golden
  let steps: Int
  let sampling: Sampling
  let seeds: [UInt64]

  init(_ golden: Golden) {
    self.golden = golden
    let call = golden.json["call"]
    steps = call["num_inference_steps"].int ?? 0
    sampling = Sampling(
      steps: steps, guidance: call["guidance_scale"].double ?? 1,
      guidanceRescale: call["guidance_rescale"].double ?? 0)
    let seeds = golden.json["seeds"]
    self.seeds = (seeds.list.isEmpty ? [seeds] : seeds.list).compactMap(\.double).map { UInt64($0) }
  }

  func sampler() throws -> any Sampler {
    var configuration = SchedulerConfiguration(golden.json["scheduler"])
    if let original = golden.json["call"]["original_inference_steps"].double {
      configuration = configuration.setting("original_inference_steps", .number(original))
    }
    return try configuration.sampler(steps: steps)
  }

  func conditionings(_ engine: Engine, count: Int) throws -> [Conditioning] {
    let call = golden.json["call"]
    func texts(_ json: JSON) -> [String] {
      let given = json.list.isEmpty ? [json] : json.list
      return Array(repeatElement(given.map { $0.string ?? "" }, count: count / given.count).joined())
    }
    let prompts = Array(zip(texts(call["prompt"]), texts(call["negative_prompt"])))
    let encoded = try engine.encode(prompts.map { (prompt: $0, negative: $1) }, skipping: call["clip_skip"].int ?? 0)
    // The reference cuts long prompts, which is their first chunk.
    return encoded.map {
      Conditioning(prompt: $0.prompt.prefix(engine.model.tokens), negative: $0.negative.prefix(engine.model.tokens))
    }
  }
}

/// A generator for each picture, or one for all of them.
private struct Noises {
  private var generators: [NoiseGenerator]
  private let shape: [Int]

  init(seeds: [UInt64], shape: [Int]) {
    generators = seeds.map(NoiseGenerator.init)
    self.shape = shape
  }

  mutating func next() -> NDArray {
    let part = [shape[0] / generators.count] + shape.dropFirst()
    return NDArray(generators.indices.flatMap { generators[$0].next(shape: part).values }, shape: shape)
  }
}

extension NDArray {
  /// The first `count` rows.
  fileprivate func prefix(_ count: Int) -> NDArray {
    NDArray(Array(values.prefix(count * shape[1])), shape: [count, shape[1]])
  }
}
