import Diffusion
import Foundation
import Pixels
import Render
import Scripts
import Tensors

/// Pictures of prompts, each from every seed: those of the first prompt come first.
struct Studio: SheetSource {
  let width: Int
  let height: Int
  let atOnce: Int
  let identity: [UInt8]
  /// The model's.
  let folder: URL
  private let engine: Engine
  private let samplings: [Sampling]
  private let conditionings: [Conditioning]
  private let noiseShape: [Int]
  private let seeds: [UInt64]
  /// What the pictures of each prompt depend on, but for the seed.
  private let making: [String]

  /// Checks what is said of the prompts, loads the model and encodes them, each by itself.
  init(
    _ prompts: [String], seeds: [UInt64], _ text: PromptOptions, _ pictures: PictureOptions, _ model: ModelOptions
  ) throws {
    folder = try model.presets.model(model.model ?? Script.Default.model)
    let said = try text.still(prompts.count, "prompt")
    for prompt in prompts + said.map(\.negative) { _ = try PromptSum(prompt) }
    let engine = try model.load(folder)
    let size = try engine.size(pictures.size, preview: pictures.shortcuts.preview)
    (width, height) = (size.width, size.height)
    atOnce = engine.picturesAtOnce(width: width, height: height)
    noiseShape = try engine.latentShape(width: width, height: height)
    samplings = said.map { said in
      Sampling(
        steps: pictures.shortcuts.steps(pictures.steps ?? Script.Default.steps), guidance: said.guidance,
        scheduler: pictures.scheduler, shortcuts: pictures.shortcuts.shortcuts)
    }
    // Found here, before the first picture, where the scheduler cannot do that.
    _ = try engine.sampler(pictures.scheduler, steps: samplings[0].steps)
    identity = Array("\(engine.model.precision)".utf8)
    making = zip(prompts, zip(said, samplings)).map { prompt, made in
      [prompt, made.0.negative, "\(made.1)"].map { "\($0.utf8.count) \($0)" }.joined()
    }
    // Not together, which would make them all as long as the longest: a picture is what its prompt alone makes of it.
    conditionings = try zip(prompts, said).map { try engine.encode($0, negative: $1.negative) }
    (self.engine, self.seeds) = (engine, seeds)
  }

  var count: Int { conditionings.count * seeds.count }

  func identity(ofPicture index: Int) -> String {
    "\(making[index / seeds.count]) seed \(seeds[index % seeds.count])"
  }

  func frame(at index: Int) throws -> Image { try picture(index, by: engine) }

  func frameAgain(at index: Int) throws -> Image? {
    engine.model.precision == .fp32 ? nil : try picture(index, by: engine.computing(in: .fp32))
  }

  private func picture(_ index: Int, by engine: Engine) throws -> Image {
    let prompt = index / seeds.count
    var noise = NoiseGenerator(seed: seeds[index % seeds.count])
    let first = noise.next(shape: noiseShape)
    let latent = try engine.denoise(first, conditionings[prompt], samplings[prompt]) { _ in
      noise.next(shape: noiseShape)
    }
    return try namingBroken { try engine.decode(latent) }
  }
}
