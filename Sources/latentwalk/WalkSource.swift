import Diffusion
import Pixels
import Render
import Scripts
import Walk

/// A script's frames, as a job takes them.
struct WalkSource: FrameSource {
  let size: Size
  /// How many frames are best made at the same time.
  let atOnce: Int
  private let frames: WalkFrames
  private let chosen: [Int]?

  /// Encodes the script's prompts. `chosen` frames of the walk are given; all of them if it is nil.
  init(_ script: Script, _ engine: Engine, chosen: [Int]? = nil) throws {
    size = try engine.size(script.size)
    let sampling = Sampling(steps: script.steps, guidance: Script.Default.guidance, scheduler: script.scheduler)
    let painter = try EnginePainter(engine, width: size.width, height: size.height, sampling: sampling)
    frames = try WalkFrames(
      script.timeline, painter: painter, promptMix: script.promptMix, noiseMix: script.noiseMix)
    atOnce = frames.picturesAtOnce
    self.chosen = chosen
  }

  var count: Int { chosen?.count ?? frames.count }
  var width: Int { size.width }
  var height: Int { size.height }

  func frame(at index: Int) throws -> Image { try frames.frame(at: chosen?[index] ?? index) }

  func firstFrame(showing index: Int) -> Int {
    let timeline = frames.timeline
    guard let chosen else { return timeline.firstFrame(showing: index) }
    let first = timeline.firstFrame(showing: chosen[index])
    return chosen.firstIndex { timeline.firstFrame(showing: $0) == first }!  // `index` itself at the latest
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
  func enlarged(_ factor: Int) throws -> Image {
    factor == 1 ? self : try scaled(width: width * factor, height: height * factor, filter: .lanczos)
  }
}
