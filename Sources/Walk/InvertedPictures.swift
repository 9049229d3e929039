internal import Diffusion
internal import Pixels

/// The pictures of a walk's keyframes, led back to noise; each once, however many keyframes show it.
struct InvertedPictures: Sendable {
  private let noises: [Latent]
  private let places: [Int?]

  /// `invert` gives the noise of a keyframe's picture; `texts` tells which keyframes have the same prompts.
  init(
    _ keyframes: [Keyframe], texts: [Int], invert: (_ keyframe: Int, _ picture: Image) throws -> Latent
  ) rethrows {
    var (noises, known): ([Latent], [Shown: Int]) = ([], [:])
    places = try keyframes.indices.map { index in
      guard let picture = keyframes[index].picture else { return nil }
      let shown = Shown(image: picture.image, text: texts[index], guidance: keyframes[index].guidance)
      if let place = known[shown] { return place }
      noises.append(try invert(index, picture.image))
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
