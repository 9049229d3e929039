import Diffusion
import Foundation
import Pixels
import Render
import Scripts
import Synchronization
import Tensors
import Video
import Walk

/// A script's pictures, as a job takes them.
final class WalkSource: SheetSource {
  let size: Size
  /// How many frames are best made at the same time.
  let atOnce: Int
  let identity: [UInt8]
  private let report: ReportOptions
  private let onBadFrame: BadFramePolicy
  private let state: Mutex<State>
  /// The same with full precision, for frames that come out broken; nil where they have that already.
  private let careful: CarefulFrames?

  private struct State {
    var frames: WalkFrames
    var chosen: Choice
    var survey: Survey?
    var byClock: [Double]?
  }

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
  init(_ script: Script, _ engine: Engine, _ report: ReportOptions, _ chosen: Choice = .all) throws {
    size = try engine.size(script.size, preview: script.isPreview)
    identity = script.identity(size: size, precision: engine.model.precision)
    let frames = try WalkFrames(script, engine, size)
    careful =
      engine.model.precision == .fp32
      ? nil : CarefulFrames { [size] in try WalkFrames(script, engine.computing(in: .fp32), size) }
    atOnce = frames.picturesAtOnce
    state = Mutex(State(frames: frames, chosen: chosen))
    self.report = report
    onBadFrame = script.output.onBadFrame
  }

  private var frames: WalkFrames { state.withLock { $0.frames } }
  private var chosen: Choice { state.withLock { $0.chosen } }

  /// The film's keyframes and frames, placed as its spacing asks once it is prepared.
  var timeline: Timeline { frames.timeline }

  /// From now on, gives those of the film's frames.
  func choose(_ indices: [Int]) { state.withLock { $0.chosen = .frames(indices) } }

  /// How far neighbours would lie apart by the clock, as the survey foretells; nil where frames follow the clock.
  var byClock: [Double]? { state.withLock { $0.byClock } }

  var count: Int {
    switch chosen {
    case .all: frames.count
    case .frames(let indices): indices.count
    case .mixes(let mixes): mixes.count
    }
  }

  var width: Int { size.width }
  var height: Int { size.height }
  /// What the network was asked so far.
  var work: Work? { frames.work }

  func frame(at index: Int) throws -> Image { try picture(index, of: frames) }

  func frameAgain(at index: Int) throws -> Image? {
    guard let careful else { return nil }
    let frames = try careful.frames()
    let survey = state.withLock { $0.survey }
    return try picture(index, of: survey.map { try frames.placed(by: $0) } ?? frames)
  }

  private func picture(_ index: Int, of frames: WalkFrames) throws -> Image {
    try namingBroken {
      switch chosen {
      case .all: try frames.frame(at: index)
      case .frames(let indices): try frames.frame(at: indices[index])
      case .mixes(let mixes): try frames.picture(of: mixes[index])
      }
    }
  }

  func identity(ofPicture index: Int) -> String {
    switch chosen {
    case .all: "frame \(index)"
    case .frames(let indices): "frame \(indices[index])"
    case .mixes(let mixes): "mix " + mixes[index].map { "\($0.keyframe) \($0.value)" }.joined(separator: ", ")
    }
  }

  /// What the picture of a frame of the film is made of, chosen or not.
  func ingredients(ofFrame index: Int) throws -> (noise: Latent, conditioning: Conditioning) {
    try frames.ingredients(of: index)
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

  /// Where frames are to be spaced evenly, surveys the walk and places them, once.
  func prepare(_ kept: [UInt8]?, _ sketches: Sketchbook?, _ interruption: Interruption) throws -> [UInt8]? {
    let frames = frames
    if case .mixes = chosen { return nil }
    guard frames.timeline.spacing != .time else { return nil }
    if let survey = state.withLock({ $0.survey }) { return try Array(JSONEncoder().encode(survey)) }
    let earlier = kept.flatMap { try? JSONDecoder().decode(Survey.self, from: Data($0)) }
      .flatMap { $0.fits(frames.timeline) ? $0 : nil }
    let survey = try earlier ?? survey(frames, sketches, interruption)
    let placed = try frames.placed(by: survey)
    state.withLock {
      ($0.frames, $0.survey, $0.byClock) = (placed, survey, frames.timeline.steps(by: survey))
    }
    return try Array(JSONEncoder().encode(survey))
  }

  var longestPreparation: Int { Survey.longestJSON(of: frames.timeline) }

  private func survey(_ frames: WalkFrames, _ sketches: Sketchbook?, _ interruption: Interruption) throws -> Survey {
    let timeline = frames.timeline
    report.say("even spacing: a survey of \(Survey.pictures(of: timeline).grouped) pictures comes first")
    let progress = ProgressPrinter(style: report.style, of: "survey")
    progress.begin(frames: Survey.pictures(of: timeline), found: 0)
    defer { progress.end() }
    var looked = 0
    return try Survey(of: timeline, recall: { sketches?.picture($0) }) { states in
      let moments = Moments(
        frames: frames, careful: careful, states: states, size: size, sketches: sketches, first: looked)
      looked += states.count
      let found = Set((moments.first..<looked).filter { sketches?.holds($0) == true })
      // No picture can stand in for another here: how far the two lie apart is what is asked.
      var mended = MendedFrames(
        FramesAhead(moments, atOnce: atOnce), onBadFrame == .stop ? .stop : .retry, progress, called: "survey's picture"
      )
      return try (moments.first..<looked).map { index in
        if interruption.isRequested { throw Interrupted() }
        do {
          let image = try mended.frame(at: index, after: nil)
          progress.advance(rendered: !found.contains(index))
          return image
        } catch let fault as BrokenFrame {
          throw BrokenFrame(
            "even spacing: picture \(index) of the survey: \(fault); give less guidance, or --spacing time")
        }
      }
    }
  }
}

/// Pictures of some moments of a walk, by their numbers in a survey, from `first` on.
private struct Moments: FrameSource {
  let frames: WalkFrames
  let careful: CarefulFrames?
  let states: [WalkState]
  let size: Size
  let sketches: Sketchbook?
  let first: Int

  var count: Int { first + states.count }
  var width: Int { size.width }
  var height: Int { size.height }

  func frame(at index: Int) throws -> Image {
    if let kept = sketches?.picture(index) { return kept }
    return try picture(index, of: frames)
  }

  func frameAgain(at index: Int) throws -> Image? { try careful.map { try picture(index, of: $0.frames()) } }

  private func picture(_ index: Int, of frames: WalkFrames) throws -> Image {
    let image = try namingBroken { try frames.picture(of: states[index - first]) }
    try sketches?.keep(image, as: index)
    return image
  }
}

extension WalkFrames {
  fileprivate convenience init(_ script: Script, _ engine: Engine, _ size: Size) throws {
    let sampling = Sampling(
      steps: script.steps, guidance: Script.Default.guidance, scheduler: script.scheduler(for: engine.model),
      shortcuts: script.shortcuts)
    // Found here, before the first picture, where the scheduler cannot do that.
    _ = try engine.sampler(sampling.scheduler, steps: sampling.steps)
    let painter = try EnginePainter(engine, width: size.width, height: size.height, sampling: sampling)
    try self.init(
      script.timeline, painter: painter, promptMix: script.promptMix, noiseMix: script.noiseMix, method: script.method)
  }
}
