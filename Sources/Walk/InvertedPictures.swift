internal import Diffusion
internal import Pixels

/// The pictures of a walk's keyframes, led back to noise when they are first needed; each once, however many keyframes
/// show it.
struct InvertedPictures: Sendable {
  private let shown: [(keyframe: Int, picture: Shown)]
  private let places: [Int?]
  private let noises: Recent<Int, Latent>
  private let invert: Invert

  /// The noise of a picture, under a keyframe's prompts and guidance.
  typealias Invert = @Sendable (_ picture: Image, _ keyframe: Int, _ guidance: Double) throws -> Latent

  init(_ timeline: Timeline, invert: @escaping Invert) {
    var (shown, known): ([(Int, Shown)], [Shown: Int]) = ([], [:])
    places = Self.shown(by: timeline).enumerated().map { index, picture in
      guard let picture else { return nil }
      if let place = known[picture] { return place }
      shown.append((index, picture))
      known[picture] = shown.count - 1
      return shown.count - 1
    }
    self.shown = shown
    self.invert = invert
    noises = Recent(keeping: max(1, shown.count))
  }

  /// How many a walk has.
  static func count(of timeline: Timeline) -> Int { Set(shown(by: timeline).compactMap { $0 }).count }

  private static func shown(by timeline: Timeline) -> [Shown?] {
    timeline.keyframes.enumerated().map { index, keyframe in
      keyframe.picture.map {
        Shown(
          image: $0.image, prompt: keyframe.prompt, negative: keyframe.negative,
          guidance: timeline.state(at: timeline.frames[index]).guidance)
      }
    }
  }

  /// Which of the noises a keyframe's picture has; nil for a keyframe without one.
  func place(of keyframe: Int) -> Int? { places[keyframe] }

  /// The noise in that place; nil for none.
  func noise(_ place: Int?) throws -> Latent? {
    try place.map { place in
      try noises.value(for: place) {
        try invert(shown[place].picture.image, shown[place].keyframe, shown[place].picture.guidance)
      }
    }
  }

  /// The same picture under another prompt or guidance comes from another noise.
  private struct Shown: Hashable {
    let image: Image
    let prompt: String
    let negative: String
    let guidance: Double
  }
}
