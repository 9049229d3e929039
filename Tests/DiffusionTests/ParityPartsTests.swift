import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

/// The parts of a model, each held against the reference alone.
@Suite(.timeLimit(.minutes(10))) struct ParityPartsTests {
  @Test func everyCaseIsTestedOrNamedUnsupported() throws {
    let kinds = [
      ParityCases.isText, ParityCases.isTimeEmbedding, ParityCases.isGuidanceEmbedding, ParityCases.isDenoiser,
      ParityCases.isAutoencoder, ParityCases.isBFloat16, ParityCases.isPipeline,
    ]
    #expect(!ParityCases.folders.isEmpty)
    for golden in try ParityCases.folders.flatMap({ try Golden.cases(in: $0) }) {
      #expect(ParityCases.isUnsupported(golden) || kinds.contains { $0(golden) }, "\(golden) is not tested")
    }
  }

  @Test(arguments: try ParityCases.cases(ParityCases.isText))
  func textEncoder(_ golden: Golden) throws {
    let ids = try golden.input("ids")
    let rows = ids.rows.map { $0.values.map { Int($0) } }
    let encoder = try ModelFolder(ParityModels.folder(golden)).loadTextEncoder()
    let states = encoder(rows)
    check(try golden.difference(states.last.array, from: "last_hidden_state"))
    check(try golden.difference(states.hidden[0].array, from: "hidden_states_0"))
    check(try golden.difference(states.hidden[states.hidden.count - 2].array, from: "hidden_states_-2"))
    for skip in 1... {
      guard golden.expected["clip_skip_\(skip)"] != nil else { break }
      check(try golden.difference(encoder.normalized(states, skipping: skip).array, from: "clip_skip_\(skip)"))
    }
  }

  @Test(arguments: try ParityCases.cases(ParityCases.isText))
  func tokenIDs(_ golden: Golden) throws {
    let tokenizer = try ModelFolder(ParityModels.folder(golden)).tokenizer
    let rows = try golden.input("ids").rows.map { $0.values.map { Int($0) } }
    for (prompt, wanted) in zip(golden.json["prompts"].list, rows) {
      // The reference cuts what the engine puts into further chunks.
      let cut = wanted.count - 1
      let chunks = tokenizer.chunks(try #require(prompt.string))
      #expect(chunks[0].prefix(cut) == wanted.prefix(cut), "\(golden) \(prompt)")
      #expect(chunks.count > 1 || chunks[0] == wanted, "\(golden) \(prompt)")
    }
  }

  @Test(arguments: try ParityCases.cases(ParityCases.isTimeEmbedding))
  func timeEmbedding(_ golden: Golden) throws {
    let width = try #require(golden.json["dim"].int)
    let cosineFirst = try #require(golden.json["flip_sin_to_cos"].bool as Bool?)
    let shift = try #require(golden.json["freq_shift"].double)
    let times = try golden.inputDoubles("t")
    let found = times.flatMap { sinusoidalEmbedding($0, width: width, cosineFirst: cosineFirst, shift: shift) }
    check(try golden.difference(NDArray(found, shape: [times.count, width]), from: "emb"))
  }

  @Test(arguments: try ParityCases.cases(ParityCases.isGuidanceEmbedding))
  func guidanceEmbedding(_ golden: Golden) throws {
    let width = try #require(golden.expected["emb"]?.shape.last)
    let guidances = try golden.inputDoubles("w")
    let found = guidances.flatMap { sinusoidalEmbedding($0 * 1000, width: width, cosineFirst: false, shift: 1) }
    check(try golden.difference(NDArray(found, shape: [guidances.count, width]), from: "emb"))
  }

  @Test(arguments: try ParityCases.cases(ParityCases.isDenoiser))
  func denoiser(_ golden: Golden) throws {
    let unet = try ModelFolder(ParityModels.folder(golden)).loadUNet()
    let (states, sample) = (try golden.input("encoder_hidden_states"), try golden.input("sample"))
    let time = try golden.inputDoubles("timestep")[0]
    func run(_ sample: NDArray, _ states: NDArray, told: Tensor? = nil) -> NDArray {
      let context = unet.context(Tensor(states.values, shape: states.shape, scalar: .float32))
      return unet(Tensor(channelsFirst: sample, scalar: .float32), time: time, context, told: told).channelsFirst
    }
    guard golden.inputs["timestep_cond"] != nil else {
      return check(try golden.difference(run(sample, states), from: "sample"))
    }
    // Here each picture is told another guidance; the engine tells all of a batch the same.
    let found = zip(zip(sample.rows, states.rows), try golden.input("timestep_cond").rows).map { inputs, told in
      func alone(_ row: NDArray) -> NDArray { NDArray(row.values, shape: [1] + row.shape) }
      let told = Tensor(told.values, shape: [1, told.count], scalar: .float32)
      return run(alone(inputs.0), alone(inputs.1), told: told)
    }
    check(try golden.difference(NDArray(found.flatMap(\.values), shape: sample.shape), from: "sample"))
  }

  /// A latent that two prompts share is computed once until they are heard, and gives what two latents give.
  @Test(arguments: [Scalar.float32, .bfloat16])
  func sharedLatent(scalar: Scalar) throws {
    let golden = try #require(Golden.cases(in: "expected-sd15") { $0 == "unet1" }.first)
    let unet = try ModelFolder(ParityModels.folder(golden)).loadUNet()
    let states = try golden.input("encoder_hidden_states")
    let negative = states.values.map { -$0 }
    let context = unet.context(
      Tensor(negative + states.values, shape: [2 * states.shape[0]] + states.shape.dropFirst(), scalar: scalar))
    let sample = Tensor(channelsFirst: try golden.input("sample"), scalar: scalar)
    let once = unet(sample, time: 500, context)
    let twice = unet(sample.repeated(to: 2 * sample.shape[0]), time: 500, context)
    #expect(once.shape == twice.shape)
    #expect(zip(once.floats, twice.floats).allSatisfy { abs($0 - $1) <= (scalar == .float32 ? 1e-5 : 0.05) })
  }

  @Test(arguments: try ParityCases.cases(ParityCases.isAutoencoder))
  func autoencoder(_ golden: Golden) throws {
    let autoencoder = try ParityModels.autoencoder(golden)
    let latents = Tensor(channelsFirst: try golden.input("latents"), scalar: .float32)
    check(try golden.difference(autoencoder.decode(latents).channelsFirst, from: "decoded"))
    guard golden.inputs["image"] != nil else { return }
    let moments = autoencoder.moments(Tensor(channelsFirst: try golden.input("image"), scalar: .float32)).channelsFirst
    guard golden.expected["latents"] == nil else {
      return check(try golden.difference(moments, from: "latents"))
    }
    let halves = moments.rows.map { $0.values.halves }
    let shape = [moments.shape[0], moments.shape[1] / 2] + moments.shape.dropFirst(2)
    let mean = NDArray(halves.flatMap(\.first), shape: shape)
    let logVariance = NDArray(halves.flatMap(\.second).map { min(max($0, -30), 20) }, shape: shape)
    check(try golden.difference(mean, from: "mean"))
    check(try golden.difference(mean, from: "mode"))
    check(try golden.difference(logVariance, from: "logvar"))
  }

  /// The case has the inputs of its sibling in single precision, and a tolerance of four times its distance from that.
  @Test(arguments: try ParityCases.cases(ParityCases.isBFloat16))
  func bfloat16(_ golden: Golden) throws {
    let exact = try #require(Golden.cases(in: golden.folder) { $0 == "bf16-upcast" }.first)
    let folder = try ModelFolder(ParityModels.folder(golden))
    let (unet, autoencoder) = (try folder.loadUNet(), try folder.loadAutoencoder())
    let states = try exact.input("encoder_hidden_states")
    let context = unet.context(Tensor(states.values, shape: states.shape, scalar: .bfloat16))
    let sample = Tensor(channelsFirst: try exact.input("sample"), scalar: .bfloat16)
    let found = unet(sample, time: try exact.inputDoubles("timestep")[0], context)
    check(try golden.difference(found.channelsFirst, from: "sample"))
    let latents = Tensor(channelsFirst: try exact.input("latents"), scalar: .bfloat16)
    check(try golden.difference(autoencoder.decode(latents).channelsFirst, from: "decoded"))
  }

  /// bf16 keeps 8 bits; through the two dozen convolutions of these networks five of them are left.
  @Test(arguments: try ParityCases.cases { $0.json["model"] == .string("models/tiny-taesd") })
  func tinyAutoencoderInBFloat16(_ golden: Golden) throws {
    let autoencoder = try ParityModels.autoencoder(golden)
    let latents = Tensor(channelsFirst: try golden.input("latents"), scalar: .bfloat16)
    let pictures = Tensor(channelsFirst: try golden.input("image"), scalar: .bfloat16)
    for (found, name) in [(autoencoder.decode(latents), "decoded"), (autoencoder.moments(pictures), "latents")] {
      let wanted = try golden.output(name)
      let largest = wanted.values.map(abs).max() ?? 0
      let worst = zip(found.channelsFirst.values, wanted.values).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst > 0 && worst < largest / 32, "\(golden) \(name): off by \(worst) of \(largest)")
    }
  }

  /// The engine's own latents of pictures are scaled ones; a sample is mean + deviation · noise.
  @Test(
    arguments: try ParityCases.cases {
      ParityCases.isAutoencoder($0) && $0.json["model"] == .string("models/tiny-sd15")
    })
  func engineSamplesLatents(_ golden: Golden) throws {
    let scale = Float(try ModelFolder(ParityModels.folder(golden)).autoencoder.scalingFactor)
    var found = try ParityModels.engine(golden).latent(of: golden.input("image"), noise: golden.input("noise"))
    for i in found.values.indices { found.values[i] /= scale }
    check(try golden.difference(found, from: "sampled"))
  }

  @Test(arguments: ["tiny-sd15-sharded"])
  func shardsAreOneModel(_ name: String) throws {
    let golden = try #require(Golden.cases(in: "expected-sd15") { $0 == "unet1" }.first)
    let unet = try ModelFolder(Golden.root.appending(path: "models/\(name)")).loadUNet()
    let states = try golden.input("encoder_hidden_states")
    let context = unet.context(Tensor(states.values, shape: states.shape, scalar: .float32))
    let sample = Tensor(channelsFirst: try golden.input("sample"), scalar: .float32)
    let found = unet(sample, time: try golden.inputDoubles("timestep")[0], context)
    check(try golden.difference(found.channelsFirst, from: "sample"))
  }
}

extension Tensor {
  var array: NDArray { NDArray(floats, shape: shape) }
}

extension Array {
  fileprivate var halves: (first: ArraySlice<Element>, second: ArraySlice<Element>) {
    (prefix(count / 2), suffix(count / 2))
  }
}
