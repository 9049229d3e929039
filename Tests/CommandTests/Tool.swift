import Foundation
import TestSupport

/// The built tool, run in a folder of its own.
struct Tool {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  struct Result {
    let code: Int32
    let output: Data
    let errors: String
    var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// Beside the test bundle.
  static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "latentwalk")

  static let presets = URL(filePath: #filePath).appending(path: "../../../Presets").standardized

  /// Starts the tool; what it says goes to files in the folder that `run` reads.
  func start(_ arguments: [String], environment: [String: String] = [:], output: FileHandle, errors: FileHandle) throws
    -> Process
  {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    var variables = ProcessInfo.processInfo.environment
    variables["LATENTWALK_PRESETS"] = Self.presets.path
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return process
  }

  /// Runs the tool to its end. Output goes through files, which never fill up.
  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    let log = try ScratchFolder()
    let (output, errors) = (try log.write("", to: "output"), try log.write("", to: "errors"))
    let process = try start(
      arguments, environment: environment, output: FileHandle(forWritingTo: output),
      errors: FileHandle(forWritingTo: errors))
    process.waitUntilExit()
    let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return try Result(
      code: code, output: Data(contentsOf: output), errors: String(contentsOf: errors, encoding: .utf8))
  }

  /// The names in the folder, hidden ones too.
  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
  }
}

/// The least work of the model that ships.
let least = ["--size", "16x16", "--steps", "1", "--guidance", "1", "--quiet"]
