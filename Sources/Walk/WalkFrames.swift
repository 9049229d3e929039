internal import Diffusion
public import Pixels
internal import Synchronization

/// The frames of a walk, painted on demand, in any order and from any thread.
///
/// Frame i is a pure function of timeline, mixes, painter and i. Text is encoded once, when the walk is made.
public final class WalkFrames: Sendable {
  public let timeline: Timeline
  public let promptMix: Mix
  public let noiseMix: Mix
  private let painter: any Painter
  private let conditionings: [Conditioning]
  /// The conditioning of each keyframe.
  private let texts: [Int]
  /// The canvases taken up last, for frames that show the same again: those of a hold.
  private let recent = Mutex<[Canvas]>([])

  public init(
    _ timeline: Timeline, painter: any Painter, promptMix: Mix = .lerp, noiseMix: Mix = .slerp
  ) throws {
    self.timeline = timeline
    self.painter = painter
    self.promptMix = promptMix
    self.noiseMix = noiseMix
    var (texts, places): ([Text], [Text: Int]) = ([], [:])
    self.texts = timeline.keyframes.map { keyframe in
      let text = Text(prompt: keyframe.prompt, negative: keyframe.negative)
      if let place = places[text] { return place }
      places[text] = texts.count
      texts.append(text)
      return texts.count - 1
    }
    conditionings = try painter.encode(texts.map { ($0.prompt, $0.negative) })
  }

  private init(_ other: WalkFrames, along timeline: Timeline) {
    self.timeline = timeline
    (promptMix, noiseMix, painter) = (other.promptMix, other.noiseMix, other.painter)
    (conditionings, texts) = (other.conditionings, other.texts)
  }

  /// The walk with its frames placed as its spacing asks.
  public func placed(by survey: Survey) -> WalkFrames { WalkFrames(self, along: timeline.placed(by: survey)) }

  public var count: Int { timeline.count }

  /// How many frames are best asked for at the same time.
  public var picturesAtOnce: Int { painter.picturesAtOnce }

  /// The picture of a frame, 0 to `count` − 1.
  public func frame(at index: Int) throws -> Image { try picture(of: timeline.state(at: index)) }

  /// The picture of a moment of the walk.
  public func picture(of state: WalkState) throws -> Image {
    let canvas = canvas(for: state)
    return try canvas.image.withLock { image in
      if let image { return image }
      let painted = try paint(canvas.state)
      image = painted
      return painted
    }
  }

  private func paint(_ state: WalkState) throws -> Image {
    var noise = WalkNoise(state.weights, of: timeline.keyframes, mix: noiseMix, shape: painter.noiseShape)
    let conditioning = promptMix(state.weights.merged { texts[$0] }.map { ($0.weight, conditionings[$0.key]) })
    return try painter.paint(noise(0), conditioning, guidance: state.guidance) { noise($0 + 1) }
  }

  private func canvas(for state: WalkState) -> Canvas {
    recent.withLock { recent in
      if let known = recent.first(where: { $0.state == state }) { return known }
      recent = recent.suffix(3) + [Canvas(state)]
      return recent[recent.count - 1]
    }
  }

  /// A picture, painted by the first who asks for it; others wait.
  private final class Canvas: Sendable {
    let state: WalkState
    let image = Mutex<Image?>(nil)

    init(_ state: WalkState) { self.state = state }
  }

  private struct Text: Hashable {
    let prompt: String
    let negative: String
  }
}
