import ArgumentParser
import Foundation
import Pixels
import Render

/// Where a picture goes: a file whose name says the format, or `-` for PPM on standard output.
struct PictureOutput: ExpressibleByArgument {
  private let path: String

  init(argument: String) { path = argument }

  var defaultValueDescription: String { path }

  /// The file that is written; nil for what is no file, such as standard output.
  var file: URL? { TextOutput(argument: path).file }

  /// Proves that the picture can be written, before there is one.
  func check() throws {
    guard path != "-" else { return }
    let url = URL(filePath: path)
    _ = try PictureFormat(for: url)
    if FileStatus(path) != .special { _ = try PendingFile(at: url) }
  }

  /// Proves that the format has room for rows of pictures of that size, each enlarged.
  func check(roomFor rows: Int, by columns: Int, of source: any FrameSource, scale: Int = 1) throws {
    let (width, height) = (columns * source.width * scale, rows * source.height * scale)
    guard path != "-", try PictureFormat(for: URL(filePath: path)) == .png, !PNG.holds(width: width, height: height)
    else { return }
    throw Fault.usage(
      "-o \(path): found \(rows * columns) pictures, a sheet of \(width)x\(height); expected fewer of them, a smaller "
        + "--scale, or .ppm, for a PNG cannot be that large")
  }

  func write(_ image: Pixels.Image) throws {
    guard path != "-" else {
      return try PendingFile.writeAll(PPM.encode(image), to: STDOUT_FILENO, name: "standard output")
    }
    try image.write(to: URL(filePath: path))
  }
}
