import ArgumentParser
import Foundation
import Pixels

/// Where a drawing goes: a file whose name says the format, SVG or a picture's, or `-` for SVG on standard output.
struct DrawingOutput: ExpressibleByArgument {
  private let path: String

  init(argument: String) { path = argument }

  var defaultValueDescription: String { path }

  var isStandardOutput: Bool { path == "-" }

  /// The file that is written; nil for what is no file, such as standard output.
  var file: URL? { PictureOutput(argument: path).file }

  private var isText: Bool { path == "-" || URL(filePath: path).pathExtension.lowercased() == "svg" }

  /// Proves that the drawing can be written, before there is one.
  func check() throws {
    if isText { return try TextOutput(argument: path).check() }
    guard (try? PictureFormat(for: URL(filePath: path))) != nil else {
      throw Fault.usage("cannot tell the format of \(path) from its name; expected .svg, .png or .ppm")
    }
    try PictureOutput(argument: path).check()
  }

  func write(_ drawing: Drawing) throws {
    if isText {
      try TextOutput(argument: path).write(drawing.svg())
    } else {
      try PictureOutput(argument: path).write(drawing.image())
    }
  }
}
