public import Foundation
public import Pixels

/// A picture that a keyframe shows: it is led back to noise, which takes the place of the seed's.
public struct KeyframePicture: Sendable, Hashable {
  /// The file as its author named it.
  public let path: String
  /// Where that is.
  public let file: URL
  public let image: Image

  /// `file` is by default what `path` means in the current folder.
  public init(path: String, file: URL? = nil, image: Image) {
    self.path = path
    self.file = file ?? URL(filePath: path)
    self.image = image
  }
}
