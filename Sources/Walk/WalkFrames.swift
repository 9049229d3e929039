internal import Diffusion
public import Pixels
internal import Synchronization

/// The frames of a walk, painted on demand, in any order.
///
/// Frame i is a pure function of timeline, mixes, painter and i. Text is encoded once, when the walk is made.
public final class WalkFrames: Sendable {
  public let timeline: Timeline
  public let promptMix: Mix
  public let noiseMix: Mix
  private let painter: any Painter
  /// One for each keyframe.
  private let conditionings: [Conditioning]
  /// The picture made last: frames of a hold need it again.
  private let last = Mutex<(state: WalkState, image: Image)?>(nil)

  public init(
    _ timeline: Timeline, painter: any Painter, promptMix: Mix = .lerp, noiseMix: Mix = .slerp
  ) throws {
    self.timeline = timeline
    self.painter = painter
    self.promptMix = promptMix
    self.noiseMix = noiseMix
    var (texts, places): ([Text], [Text: Int]) = ([], [:])
    let indices = timeline.keyframes.map { keyframe in
      let text = Text(prompt: keyframe.prompt, negative: keyframe.negative)
      if let place = places[text] { return place }
      places[text] = texts.count
      texts.append(text)
      return texts.count - 1
    }
    let encoded = try painter.encode(texts.map { ($0.prompt, $0.negative) })
    conditionings = indices.map { encoded[$0] }
  }

  public var count: Int { timeline.count }

  /// The picture of a frame, 0 to `count` − 1.
  public func frame(at index: Int) throws -> Image {
    let state = timeline.state(at: index)
    if let known = last.withLock({ $0 }), known.state == state { return known.image }
    var noise = WalkNoise(state, of: timeline.keyframes, mix: noiseMix, shape: painter.noiseShape)
    let image = try painter.paint(noise(0), conditioning(of: state), guidance: state.guidance) { noise($0 + 1) }
    last.withLock { $0 = (state, image) }
    return image
  }

  /// What the denoiser is told at a state of the walk.
  private func conditioning(of state: WalkState) -> Conditioning {
    promptMix(conditionings[state.from], conditionings[state.to], state.progress)
  }

  private struct Text: Hashable {
    let prompt: String
    let negative: String
  }
}
