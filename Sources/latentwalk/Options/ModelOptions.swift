import ArgumentParser
import Diffusion
import Foundation
import Scripts
import Tensors

/// Where scripts and models that ship are looked for.
struct PresetsOption: ParsableArguments {
  @Option(
    name: .customLong("presets"), help: ArgumentHelp("Where the scripts and models that ship are.", valueName: "folder")
  )
  var path: String?

  func found() throws -> Scripts.Presets { try Scripts.Presets(at: path) }

  /// The folder of a model: a path where there is a slash, otherwise a shipped model's name.
  func model(_ name: String) throws -> URL {
    name.contains("/") ? URL(filePath: name, directoryHint: .isDirectory) : try found().model(name)
  }

  /// A script with the name that faults are reported under: a path where there is a slash or an extension,
  /// otherwise a shipped script's name.
  func script(_ name: String) throws -> Script {
    if name.contains("/") || isFile(name) { return try Script(contentsOf: URL(filePath: name), named: name) }
    let url = try found().script(name)
    return try Script(contentsOf: url, named: url.path)
  }

  /// Whether a name that may be a prompt is rather a script's: its ending says so, or one of that name ships.
  func isScript(_ name: String) -> Bool { isFile(name) || (try? found().scripts.contains(name)) == true }

  private func isFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }
}

/// The model and how it computes.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A shipped model's name, or a model's folder: any path with a slash.", valueName: "name or folder"))
  var model: String?

  @OptionGroup var presets: PresetsOption

  @Option(help: "How numbers are computed.")
  var precision: Precision = .automatic

  @Option(help: ArgumentHelp("Threads that compute. (default: one for each core)", valueName: "count"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: found \(threads); expected 1 to 1024")
    }
  }

  /// Loads a model from its folder.
  func load(_ folder: URL) throws -> Engine {
    try Engine(model: folder, precision: precision, threads: threads)
  }

  /// Puts the model that is given over what a script says.
  func apply(to script: inout Script) {
    if let model { script.model = model }
  }
}
