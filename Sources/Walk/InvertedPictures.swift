internal import Diffusion
internal import Pixels

/// The pictures of a walk's keyframes, led back to noise; each once, however many keyframes show it.
struct InvertedPictures: Sendable {
  private let noises: [Latent]
  private let places: [Int?]

  /// `invert` gives the noise of a picture, under a keyframe's prompts and guidance.
  init(
    _ timeline: Timeline, invert: (_ picture: Image, _ keyframe: Int, _ guidance: Double) throws -> Latent
  ) rethrows {
    var (noises, known): ([Latent], [Shown: Int]) = ([], [:])
    places = try Self.shown(by: timeline).enumerated().map { index, shown in
      guard let shown else { return nil }
      if let place = known[shown] { return place }
      noises.append(try invert(shown.image, index, shown.guidance))
      known[shown] = noises.count - 1
      return noises.count - 1
    }
    self.noises = noises
  }

  /// How many there are.
  var count: Int { noises.count }

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

  subscript(place: Int?) -> Latent? { place.map { noises[$0] } }

  /// The same picture under another prompt or guidance comes from another noise.
  private struct Shown: Hashable {
    let image: Image
    let prompt: String
    let negative: String
    let guidance: Double
  }
}
