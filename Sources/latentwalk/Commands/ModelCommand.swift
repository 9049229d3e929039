import ArgumentParser
import Diffusion
import Foundation
import Scripts
import Tensors

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Says what a model is and whether it loads, or which models ship.",
    discussion: """
      Example: latentwalk model emoji
      """)

  @Argument(
    help: ArgumentHelp(
      "A shipped model's name, or a model's folder. Without it, the models that ship are listed.", valueName: "model"))
  var name: String?

  @OptionGroup var presets: PresetsOption

  func run() throws {
    guard let name else {
      let presets = try presets.found()
      return try TextOutput.standard.write(presets.models.map { $0 + "\n" }.joined())
    }
    let folder = try presets.model(name)
    let engine = try Engine(model: folder)
    let model = engine.model
    var text = """
      \(model.name): loads from \(folder.standardizedFileURL.path)
      pictures    \(model.defaultSize) pixels, sides multiples of \(model.factor)
      latents     \(model.latentChannels) channels, \(model.factor) pixels along a cell
      prompts     chunks of \(model.tokens) tokens
      predicts    \(model.prediction)
      scheduler   \(model.scheduler.rawValue)
      computes    in \(model.precision.rawValue)

      """
    let card = folder.appending(path: "README.md")
    if FileManager.default.fileExists(atPath: card.path) {
      text += "knows       what \(card.standardizedFileURL.path) says\n"
    }
    try TextOutput.standard.write(text)
  }
}

extension Int {
  /// The number in groups of three digits.
  var grouped: String {
    let digits = String(self)
    return String(digits.enumerated().flatMap { (digits.count - $0) % 3 == 0 && $0 > 0 ? [",", $1] : [$1] })
  }
}
