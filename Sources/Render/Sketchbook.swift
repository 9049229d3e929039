internal import Foundation
package import Pixels

/// Pictures that a job's preparation has looked at, kept by their numbers so that it goes on where it stopped.
package struct Sketchbook: Sendable {
  let folder: URL
  let width: Int
  let height: Int
  /// What tells its pages from others' in the same folder: a digest, or nothing.
  var owner = ""

  /// The picture of that number; nil where it has to be made.
  package func picture(_ number: Int) -> Image? {
    Image(keptAt: folder.appendingPathComponent(name(of: number)).path, width: width, height: height)
  }

  /// Whether the picture of that number is there; it may be broken, and made anew, for all that.
  package func holds(_ number: Int) -> Bool {
    FileStatus(folder.appendingPathComponent(name(of: number)).path) == .file
  }

  /// Keeps a picture, whole or not at all.
  package func keep(_ image: Image, as number: Int) throws(PictureError) {
    try JobFolder.write(image, to: name(of: number), in: folder)
  }

  private func name(of number: Int) -> String { "sketch-\(owner.isEmpty ? "" : owner + "-")\(number).png" }

  static func isPage(_ name: String) -> Bool { name.wholeMatch(of: #/sketch-([0-9a-f]{64}-)?[0-9]+\.png/#) != nil }
}
