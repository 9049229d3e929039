import Diffusion
import Pixels
import Render
import Scripts
import Tensors

/// Pictures of one prompt, each from its own seed.
struct Studio: FrameSource {
  let width: Int
  let height: Int
  /// How many pictures are best made at the same time.
  let atOnce: Int
  private let engine: Engine
  private let sampling: Sampling
  private let conditioning: Conditioning
  private let noiseShape: [Int]
  private let seeds: [UInt64]

  /// Loads the model and encodes the prompt.
  init(_ prompt: String, seeds: [UInt64], _ text: PromptOptions, _ pictures: PictureOptions, _ model: ModelOptions)
    throws
  {
    engine = try model.load(model.model ?? Script.Default.model)
    let size = try engine.size(pictures.size, preview: pictures.shortcuts.preview)
    (width, height) = (size.width, size.height)
    atOnce = engine.picturesAtOnce(width: width, height: height)
    noiseShape = try engine.latentShape(width: width, height: height)
    sampling = Sampling(
      steps: pictures.shortcuts.steps(pictures.steps ?? Script.Default.steps),
      guidance: text.guidance ?? Script.Default.guidance, scheduler: pictures.scheduler,
      shortcuts: pictures.shortcuts.shortcuts)
    // Found here, before the first picture, where the scheduler cannot do that.
    _ = try engine.sampler(sampling.scheduler, steps: sampling.steps)
    conditioning = try engine.encode(prompt, negative: text.negative ?? "")
    self.seeds = seeds
  }

  var count: Int { seeds.count }

  func frame(at index: Int) throws -> Image { try picture(of: seeds[index], by: engine) }

  func frameAgain(at index: Int) throws -> Image? {
    engine.model.precision == .fp32 ? nil : try picture(of: seeds[index], by: engine.computing(in: .fp32))
  }

  private func picture(of seed: UInt64, by engine: Engine) throws -> Image {
    var noise = NoiseGenerator(seed: seed)
    let first = noise.next(shape: noiseShape)
    let latent = try engine.denoise(first, conditioning, sampling) { _ in noise.next(shape: noiseShape) }
    return try namingBroken { try engine.decode(latent) }
  }
}
