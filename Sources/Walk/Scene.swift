internal import Diffusion

/// What pictures are made of: a timeline with its keyframes' encoded prompts and inverted pictures, and the ways to mix
/// them.
struct Scene: Sendable {
  private(set) var timeline: Timeline
  private let promptMix, noiseMix: Mix
  private let noiseShape: [Int]
  private let conditionings: [Conditioning]
  /// The conditioning of each keyframe.
  private let texts: [Int]
  private let pictures: InvertedPictures

  /// Encodes every text once. Pictures are led back to noise when they are first needed; `inverted` is told of each.
  init(
    _ timeline: Timeline, painter: any Painter, promptMix: Mix, noiseMix: Mix,
    inverted: @escaping @Sendable () -> Void = {}
  ) throws {
    self.timeline = timeline
    self.promptMix = promptMix
    self.noiseMix = noiseMix
    noiseShape = painter.noiseShape
    var (texts, places): ([Text], [Text: Int]) = ([], [:])
    let indices = timeline.keyframes.map { keyframe in
      let text = Text(prompt: keyframe.prompt, negative: keyframe.negative)
      if let place = places[text] { return place }
      places[text] = texts.count
      texts.append(text)
      return texts.count - 1
    }
    let encoded = try painter.encode(texts.map { ($0.prompt, $0.negative) })
    pictures = InvertedPictures(timeline) { picture, index, guidance in
      let noise = try painter.noise(of: picture, encoded[indices[index]], guidance: guidance)
      inverted()
      return noise
    }
    self.texts = indices
    conditionings = encoded
  }

  /// The same keyframes on other frames.
  func with(_ timeline: Timeline) -> Scene {
    var scene = self
    scene.timeline = timeline
    return scene
  }

  /// Throws where a keyframe's picture cannot be led back to noise.
  func noise(for state: WalkState) throws -> WalkNoise {
    try WalkNoise(state, of: timeline.keyframes, pictures, mix: noiseMix, shape: noiseShape)
  }

  func conditioning(for state: WalkState) -> Conditioning {
    promptMix(state.weights.merged { texts[$0] }.map { ($0.weight, conditionings[$0.key]) })
  }

  /// Whether a state is a keyframe as it is on its own frame; where it is held, a formula may go on.
  func isKeyframe(_ state: WalkState) -> Bool { state.from == state.to && state == self.state(ofKeyframe: state.from) }

  func state(ofKeyframe index: Int) -> WalkState { timeline.state(at: timeline.frames[index]) }

  private struct Text: Hashable {
    let prompt: String
    let negative: String
  }
}
