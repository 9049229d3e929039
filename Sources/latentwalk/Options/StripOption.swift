import ArgumentParser
import Foundation
import Pixels
import Render

/// A look at a film while it is rendered.
struct StripOption: ParsableArguments {
  @Option(
    name: .customLong("strip"),
    help: ArgumentHelp(
      "A .png or .ppm of frames side by side, written anew as they are finished.", valueName: "file"))
  var path: String?

  @Option(
    name: .customLong("strip-count"),
    help: ArgumentHelp(
      "How many frames the strip shows, evenly spaced from the first to the last. (default: 8)", valueName: "count"))
  var count: Int?

  var file: URL? { path.map { URL(filePath: $0) } }

  func validate() throws {
    guard let count else { return }
    guard path != nil else { throw ValidationError("--strip-count goes with --strip, which is not given") }
    guard Self.counts.contains(count) else {
      throw ValidationError("--strip-count: found \(count); expected \(Self.range)")
    }
  }

  /// How many pictures a strip can show.
  static let counts = 2...1000
  static let range = "\(counts.lowerBound) to \(counts.upperBound)"

  /// Proves that the strip can be written.
  func check() throws {
    guard let path else { return }
    guard path != "-" else { throw Fault.usage("--strip -: expected a file, for it is written anew again and again") }
    try PictureOutput(argument: path).check()
  }

  /// Proves that a film of so many frames has enough of them.
  func check(frames: Int) throws {
    guard let count, count > frames else { return }
    throw Fault.usage("--strip-count: found \(count) for a film of \(frames) frames; expected no more than that")
  }

  /// The strip of a film; nil where none is wanted.
  func live(_ film: any FrameSource) throws -> LiveStrip? {
    guard let path else { return nil }
    let count = Swift.min(count ?? 8, film.count)
    try PictureOutput(argument: path).check(
      roomFor: 1, by: count, of: film, scale: Pixels.Image.readableScale(ofWidth: film.width))
    return LiveStrip(at: path, count, of: film.count)
  }
}
