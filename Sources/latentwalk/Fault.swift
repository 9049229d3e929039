import ArgumentParser
import Diffusion
import Foundation
import Pixels
import Render
import Scripts
import Tensors
import Video
import Walk

/// A fault of the command's own, with the exit code that sysexits.h has for it.
struct Fault: Error, CustomStringConvertible {
  let code: ExitCode
  let description: String

  /// Options or arguments that make no sense together.
  static func usage(_ text: String) -> Fault { Fault(code: .usage, description: text) }
}

extension ExitCode {
  static let usage = ExitCode(EX_USAGE)
  static let badData = ExitCode(EX_DATAERR)
  static let missingInput = ExitCode(EX_NOINPUT)
  static let unavailable = ExitCode(EX_UNAVAILABLE)
  static let tryLater = ExitCode(EX_TEMPFAIL)
  static let ownFault = ExitCode(EX_SOFTWARE)
  static let cannotCreate = ExitCode(EX_CANTCREAT)
  static let cannotWrite = ExitCode(EX_IOERR)
  /// 128 + SIGINT, as shells have it.
  static let interrupted = ExitCode(130)

  /// The code for an error of any module.
  init(for error: any Error) {
    self =
      switch error {
      case let error as Fault: error.code
      case let error as ScriptError: error.isMissing ? .missingInput : .badData
      case is TimelineError, is PromptError: .usage
      case let error as ModelError: error.isMissing ? .missingInput : .badData
      case let error as SafetensorsError: error.isMissing ? .missingInput : .badData
      case is SchedulerError, is WeightError: .badData
      case EngineError.size: .usage
      case is EngineError, is BrokenFrame: .badData
      case let error as PictureError: ExitCode(for: error)
      case let error as FilmError: ExitCode(for: error)
      case let error as JobError: ExitCode(for: error)
      default: .ownFault
      }
  }

  private init(for error: PictureError) {
    self =
      switch error {
      case .cannotCreate: .cannotCreate
      case .cannotWrite: .cannotWrite
      case .cannotRead: .missingInput
      case .unknownFormat, .cannotEncode: .usage
      case .malformed: .badData
      case .noFont: .unavailable
      }
  }

  private init(for error: FilmError) {
    switch error {
    case .settings: self = .usage
    case .noEncoder: self = .unavailable
    case .file(let error): self.init(for: error)
    case .encoding: self = .cannotWrite
    case .reading: self = .badData
    case .sound(let path, _): self = FileStatus(path) == nil ? .missingInput : .badData
    }
  }

  private init(for error: JobError) {
    switch error {
    case .otherJob: self = .cannotCreate
    case .busy: self = .tryLater
    case .missing: self = .missingInput
    case .frame(_, _, let cause), .preparation(let cause): self.init(for: cause)
    case .file(let error): self.init(for: error)
    case .film(let error), .writing(let error): self.init(for: error)
    }
  }
}

/// An error in one line, behind the tool's name and that of the script that it happened with, if there are several.
func line(for error: any Error, of script: String? = nil) -> String {
  let text = "\(error)".split(whereSeparator: \.isNewline).joined(separator: "; ")
  guard let script, !text.hasPrefix(script + ":") else { return "latentwalk: \(text)" }
  return "latentwalk: \(script): \(text)"
}

/// Writes a line to standard error.
func tell(_ text: String) {
  ProgressPrinter.standardError(text + "\n")
}

extension Latentwalk {
  /// Ends the process: help goes to standard output, any fault is one line on standard error.
  static func end(with error: any Error) -> Never {
    let parsed = exitCode(for: error)
    if parsed == .success { exit(withError: error) }
    if let code = error as? ExitCode { leave(with: code) }
    if parsed == .validationFailure {
      let text = message(for: error).replacing(#/:\n+  - /#, with: ": ").replacing("\n  - ", with: ", ")
        .split(whereSeparator: \.isNewline).joined(separator: " ")
      tell("latentwalk: \(text.last == "." ? String(text.dropLast()) : text); see \(helpCommand)")
      leave(with: .usage)
    }
    tell(line(for: error))
    leave(with: ExitCode(for: error))
  }

  /// Ends the process at once. Pictures may still be under way on other threads, and would meet what `exit` takes down.
  static func leave(with code: ExitCode) -> Never {
    fflush(nil)
    _exit(code.rawValue)
  }

  /// The help for the command that was meant.
  private static var helpCommand: String {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    let meant = CommandLine.arguments.dropFirst().first.flatMap { names.contains($0) ? $0 + " " : nil } ?? ""
    return "latentwalk \(meant)--help"
  }
}
