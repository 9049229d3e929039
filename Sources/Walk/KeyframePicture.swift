public import Pixels

/// A picture that a keyframe shows: it is led back to noise, which takes the place of the seed's.
public struct KeyframePicture: Sendable, Hashable {
  /// The file as its author named it.
  public let path: String
  public let image: Image

  public init(path: String, image: Image) {
    self.path = path
    self.image = image
  }
}
