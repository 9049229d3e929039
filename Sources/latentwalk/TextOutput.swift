import ArgumentParser
import Foundation
import Pixels

/// Where a text goes: a file, or `-` for standard output.
struct TextOutput: ExpressibleByArgument {
  private let path: String

  init(argument: String) { path = argument }

  static let standard = TextOutput(argument: "-")

  var defaultValueDescription: String { path }

  var isStandardOutput: Bool { path == "-" }

  /// The file that is written; nil for what is no file, such as standard output.
  var file: URL? { path == "-" || FileStatus(path) == .special ? nil : URL(filePath: path) }

  /// Proves that the text can be written, before there is one.
  func check() throws {
    if path != "-", FileStatus(path) != .special { _ = try PendingFile(at: URL(filePath: path)) }
  }

  func write(_ text: String) throws {
    if path == "-" {
      try PendingFile.writeAll(Array(text.utf8), to: STDOUT_FILENO, name: "standard output")
    } else {
      try PendingFile.write(Array(text.utf8), to: URL(filePath: path))
    }
  }
}
