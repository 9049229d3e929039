import ArgumentParser
import Foundation
import Pixels

/// A look at a film while it is rendered.
struct StripOption: ParsableArguments {
  @Option(
    name: .customLong("strip"),
    help: ArgumentHelp(
      "A .png or .ppm of eight frames side by side, written anew as they are finished.", valueName: "file"))
  var path: String?

  /// Proves that the strip can be written.
  func check() throws {
    guard let path else { return }
    guard path != "-" else { throw Fault.usage("--strip -: expected a file, for it is written anew again and again") }
    try PictureOutput(argument: path).check()
  }
}
