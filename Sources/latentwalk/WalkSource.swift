import Diffusion
import Pixels
import Render
import Scripts
import Walk

/// A script's pictures, as a job takes them.
struct WalkSource: FrameSource {
  let size: Size
  /// How many frames are best made at the same time.
  let atOnce: Int
  private let frames: WalkFrames
  private let chosen: Choice

  /// Which pictures are given.
  enum Choice {
    /// The film's, all of them.
    case all
    /// The film's frames of these numbers.
    case frames([Int])
    /// Mixes of the keyframes, whatever the film's way.
    case mixes([[Weight]])
  }

  /// Encodes the script's prompts.
  init(_ script: Script, _ engine: Engine, _ chosen: Choice = .all) throws {
    size = try engine.size(script.size)
    let sampling = Sampling(steps: script.steps, guidance: Script.Default.guidance, scheduler: script.scheduler(for: engine.model))
    let painter = try EnginePainter(engine, width: size.width, height: size.height, sampling: sampling)
    frames = try WalkFrames(
      script.timeline, painter: painter, promptMix: script.promptMix, noiseMix: script.noiseMix, method: script.method)
    atOnce = frames.picturesAtOnce
    self.chosen = chosen
  }

  var count: Int {
    switch chosen {
    case .all: frames.count
    case .frames(let indices): indices.count
    case .mixes(let mixes): mixes.count
    }
  }

  var width: Int { size.width }
  var height: Int { size.height }
  /// The work so far, where the method shares some of it between pictures.
  var work: Work? { frames.work }

  func frame(at index: Int) throws -> Image {
    switch chosen {
    case .all: try frames.frame(at: index)
    case .frames(let indices): try frames.frame(at: indices[index])
    case .mixes(let mixes): try frames.picture(of: mixes[index])
    }
  }

  func firstFrame(showing index: Int) -> Int {
    let timeline = frames.timeline
    switch chosen {
    case .all: return timeline.firstFrame(showing: index)
    case .frames(let indices):
      let first = timeline.firstFrame(showing: indices[index])
      return indices.firstIndex { timeline.firstFrame(showing: $0) == first }!  // `index` itself at the latest
    case .mixes: return index
    }
  }
}

extension FrameSource {
  /// All pictures, `atOnce` made at the same time, with their progress told.
  func pictures(atOnce: Int, _ report: ReportOptions) throws -> [Image] {
    let ahead = FramesAhead(self, atOnce: atOnce)
    let progress = ProgressPrinter(style: report.style)
    progress.begin(frames: count, found: 0, toRender: (0..<count).count { firstFrame(showing: $0) == $0 })
    defer { progress.end() }
    var images: [Image] = []
    for index in 0..<count {
      let first = firstFrame(showing: index)
      images.append(first < index ? images[first] : try ahead.frame(at: index))
      progress.advance(rendered: first == index)
    }
    return images
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
  /// The picture `factor` times as wide and high.
  func enlarged(_ factor: Int) throws(PictureError) -> Image {
    factor == 1 ? self : try scaled(width: width * factor, height: height * factor, filter: .lanczos)
  }

  /// The least enlargement at which a picture shows its details and has room for a label.
  var readableScale: Int { (96 + width - 1) / width }
}
