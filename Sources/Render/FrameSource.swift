package import Pixels

/// What a job renders: frames of one size, each a pure function of its index.
package protocol FrameSource: Sendable {
  var count: Int { get }
  var width: Int { get }
  var height: Int { get }

  /// The picture of a frame, 0 to `count` − 1; throws where it comes out broken.
  func frame(at index: Int) throws -> Image

  /// The first frame that is the same picture as this one; the frame itself where none before it is.
  func firstFrame(showing index: Int) -> Int
}

extension FrameSource {
  package func firstFrame(showing index: Int) -> Int { index }
}
