import Diffusion
import Foundation
import Pixels
import Render
import Scripts
import Synchronization
import Walk

/// A script's frames, as a job takes them.
final class WalkSource: FrameSource {
  let size: Size
  /// How many frames are best made at the same time.
  let atOnce: Int
  private let report: ReportOptions
  private let chosen: [Int]?
  private let state: Mutex<State>

  private struct State {
    var frames: WalkFrames
    var byClock: [Double]?
  }

  /// Encodes the script's prompts. `chosen` frames of the walk are given; all of them if it is nil.
  init(_ script: Script, _ engine: Engine, _ report: ReportOptions, chosen: [Int]? = nil) throws {
    size = try engine.size(script.size)
    let sampling = Sampling(steps: script.steps, guidance: Script.Default.guidance, scheduler: script.scheduler)
    let painter = try EnginePainter(engine, width: size.width, height: size.height, sampling: sampling)
    let frames = try WalkFrames(
      script.timeline, painter: painter, promptMix: script.promptMix, noiseMix: script.noiseMix)
    atOnce = frames.picturesAtOnce
    state = Mutex(State(frames: frames))
    (self.report, self.chosen) = (report, chosen)
  }

  private var frames: WalkFrames { state.withLock { $0.frames } }

  /// How far neighbours would lie apart by the clock, as the survey foretells; nil where frames follow the clock.
  var byClock: [Double]? { state.withLock { $0.byClock } }

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

  /// Where frames are to be spaced evenly, surveys the walk and places them.
  func prepare(_ kept: [UInt8]?, _ interruption: Interruption) throws -> [UInt8]? {
    let frames = frames
    guard frames.timeline.spacing != .time else { return nil }
    let earlier = kept.flatMap { try? JSONDecoder().decode(Survey.self, from: Data($0)) }
    let survey = try earlier ?? survey(frames, interruption)
    state.withLock { $0 = State(frames: frames.placed(by: survey), byClock: frames.timeline.steps(by: survey)) }
    return try Array(JSONEncoder().encode(survey))
  }

  private func survey(_ frames: WalkFrames, _ interruption: Interruption) throws -> Survey {
    let timeline = frames.timeline
    report.say("even spacing: a survey of \(Survey.pictures(of: timeline).grouped) pictures comes first")
    let progress = ProgressPrinter(style: report.style)
    progress.begin(frames: Survey.pictures(of: timeline), found: 0)
    defer { progress.end() }
    return try Survey(of: timeline) { states in
      let ahead = FramesAhead(Moments(frames: frames, states: states, size: size), atOnce: atOnce)
      return try states.indices.map { index in
        if interruption.isRequested { throw Interrupted() }
        defer { progress.advance(rendered: true) }
        return try ahead.frame(at: index)
      }
    }
  }
}

/// Pictures of some moments of a walk.
private struct Moments: FrameSource {
  let frames: WalkFrames
  let states: [WalkState]
  let size: Size

  var count: Int { states.count }
  var width: Int { size.width }
  var height: Int { size.height }

  func frame(at index: Int) throws -> Image { try frames.picture(of: states[index]) }
}

extension FrameSource {
  /// All pictures, `atOnce` made at the same time, with their progress told.
  func pictures(atOnce: Int, _ report: ReportOptions) throws -> [Image] {
    _ = try prepare(nil, Interruption())
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
