import ArgumentParser
import Foundation
import Pixels

/// Where a picture goes: a file whose name says the format, or `-` for PPM on standard output.
struct PictureOutput: ExpressibleByArgument {
  private let path: String

  init(argument: String) { path = argument }

  var defaultValueDescription: String { path }

  /// Proves that the picture can be written, before there is one.
  func check() throws {
    guard path != "-" else { return }
    let url = URL(filePath: path)
    _ = try PictureFormat(for: url)
    if FileStatus(path) != .special { _ = try PendingFile(at: url) }
  }

  func write(_ image: Pixels.Image) throws {
    guard path != "-" else {
      return try PendingFile.writeAll(PPM.encode(image), to: STDOUT_FILENO, name: "standard output")
    }
    try image.write(to: URL(filePath: path))
  }
}
