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
    // A tool that hangs is a failure, not the end of all tests.
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Self.longest)) {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    return process
  }

  /// Seconds after which the tool is killed: many times what the slowest test takes.
  private static let longest = 300

  /// Runs the tool to its end. Output goes through files, which never fill up.
  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    let (output, errors) = (try Self.namelessFile(), try Self.namelessFile())
    let process = try start(arguments, environment: environment, output: output, errors: errors)
    process.waitUntilExit()
    let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return try Result(
      code: code, output: Self.contents(of: output), errors: String(decoding: Self.contents(of: errors), as: UTF8.self))
  }

  /// A file that is removed before it is written: it goes when it is closed.
  private static func namelessFile() throws -> FileHandle {
    let path = FileManager.default.temporaryDirectory.appending(path: "latentwalk-\(UUID().uuidString)").path
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw CocoaError(.fileWriteUnknown) }
    unlink(path)
    return FileHandle(fileDescriptor: file, closeOnDealloc: true)
  }

  private static func contents(of file: FileHandle) throws -> Data {
    try file.seek(toOffset: 0)
    return try file.readToEnd() ?? Data()
  }

  /// The names in the folder, hidden ones too.
  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
  }
}

/// The least work of the model that ships.
let least = ["--size", "16x16", "--steps", "1", "--guidance", "1", "--quiet"]
