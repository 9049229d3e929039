package import Pixels

/// What a job renders: frames of one size, each a pure function of its index.
package protocol FrameSource: Sendable {
  var count: Int { get }
  var width: Int { get }
  var height: Int { get }

  /// Finds out what has to be known before the first frame. Asked once, first of all.
  ///
  /// What it returns a job keeps, and gives back as `kept` when it goes on; nil is nothing to keep. Pictures that it
  /// makes on the way can be put into `sketches`, and are there when it begins anew. Throws `Interrupted` where it stops
  /// because it is asked to.
  func prepare(_ kept: [UInt8]?, _ sketches: Sketchbook?, _ interruption: Interruption) throws -> [UInt8]?

  /// More bytes than `prepare` ever returns: what is longer was never kept for this source.
  var longestPreparation: Int { get }

  /// The picture of a frame, 0 to `count` − 1; throws a `BrokenFrame` where it comes out broken.
  func frame(at index: Int) throws -> Image

  /// The same frame with more precision, after it came out broken; nil where there is none.
  func frameAgain(at index: Int) throws -> Image?

  /// The first frame that is the same picture as this one; the frame itself where none before it is.
  func firstFrame(showing index: Int) -> Int
}

extension FrameSource {
  package func frameAgain(at index: Int) throws -> Image? { nil }
  package func prepare(_ kept: [UInt8]?, _ sketches: Sketchbook?, _ interruption: Interruption) throws -> [UInt8]? {
    nil
  }
  package var longestPreparation: Int { 1 << 20 }

  package func firstFrame(showing index: Int) -> Int { index }
}

/// A frame that is no picture: with numbers that are none, or flat.
package struct BrokenFrame: Error, CustomStringConvertible {
  package let description: String

  /// `reason` is a sentence without its point.
  package init(_ reason: String) { description = reason }
}
