import Diffusion
import Pixels
import Scripts
import Walk

/// A loaded model with a size and a way of sampling: what single pictures are made with.
struct Studio {
  private let engine: Engine
  private let size: Size
  private let sampling: Sampling

  init(_ model: ModelOptions, _ pictures: PictureOptions) throws {
    engine = try model.load(model.model ?? Script.Default.model)
    size = try engine.size(pictures.size)
    sampling = Sampling(
      steps: pictures.steps ?? Script.Default.steps, guidance: Script.Default.guidance, scheduler: pictures.scheduler)
  }

  /// The least enlargement that makes room for a label.
  var readableScale: Int { max(1, (96 + size.width - 1) / size.width) }

  func picture(of prompt: String, _ options: PromptOptions, seed: UInt64) throws -> Image {
    let conditioning = try engine.encode(prompt, negative: options.negative ?? "")
    var noise = NoiseGenerator(seed: seed)
    let shape = try engine.latentShape(width: size.width, height: size.height)
    var sampling = sampling
    if let guidance = options.guidance { sampling.guidance = guidance }
    let first = noise.next(shape: shape)
    return try engine.decode(engine.denoise(first, conditioning, sampling) { _ in noise.next(shape: shape) })
  }
}

extension ModelOptions {
  /// Puts the model that is given over what a script says.
  func apply(to script: inout Script) {
    if let model { script.model = model }
  }

  /// Loads a script's model and encodes its prompts.
  func frames(of script: Script) throws -> WalkFrames {
    try frames(of: script, by: load(script.model))
  }

  func frames(of script: Script, by engine: Engine) throws -> WalkFrames {
    let size = try engine.size(script.size)
    let sampling = Sampling(steps: script.steps, guidance: Script.Default.guidance, scheduler: script.scheduler)
    let painter = try EnginePainter(engine, width: size.width, height: size.height, sampling: sampling)
    return try WalkFrames(script.timeline, painter: painter, promptMix: script.promptMix, noiseMix: script.noiseMix)
  }
}

extension Engine {
  /// The size asked for, or the model's own; checked against what the model can make.
  func size(_ wanted: Size?) throws -> Size {
    let size = wanted ?? model.defaultSize
    _ = try latentShape(width: size.width, height: size.height)
    return size
  }
}

extension Image {
  /// The picture `factor` times as wide and high, as sharp as the film.
  func enlarged(_ factor: Int) throws -> Image {
    factor == 1 ? self : try scaled(width: width * factor, height: height * factor)
  }
}
