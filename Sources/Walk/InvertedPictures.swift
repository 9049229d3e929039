internal import Diffusion
internal import Pixels

/// The pictures of a walk's keyframes, led back to noise; each once, however many keyframes show it.
struct InvertedPictures: Sendable {
  private let noises: [Latent]
  private let places: [Int?]

  /// `invert` gives the noise of a picture, under a keyframe's prompts and guidance; `texts` tells which keyframes have
  /// the same prompts.
  init(
    _ timeline: Timeline, texts: [Int],
    invert: (_ picture: Image, _ keyframe: Int, _ guidance: Double) throws -> Latent
  ) rethrows {
    var (noises, known): ([Latent], [Shown: Int]) = ([], [:])
    places = try timeline.keyframes.indices.map { index in
      guard let image = timeline.keyframes[index].picture?.image else { return nil }
      let guidance = timeline.state(at: timeline.frames[index]).guidance
      let shown = Shown(image: image, text: texts[index], guidance: guidance)
      if let place = known[shown] { return place }
      noises.append(try invert(image, index, guidance))
      known[shown] = noises.count - 1
      return noises.count - 1
    }
    self.noises = noises
  }

  /// Which of the noises a keyframe's picture has; nil for a keyframe without one.
  func place(of keyframe: Int) -> Int? { places[keyframe] }

  subscript(place: Int?) -> Latent? { place.map { noises[$0] } }

  /// The same picture under another prompt or guidance comes from another noise.
  private struct Shown: Hashable {
    let image: Image
    let text: Int
    let guidance: Double
  }
}
