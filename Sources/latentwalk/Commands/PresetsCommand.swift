import ArgumentParser
import Foundation
import Scripts

struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets",
    abstract: "Lists the scripts that ship.",
    discussion: """
      Example: latentwalk presets
      """)

  @OptionGroup var presets: PresetsOption

  func run() throws {
    let presets = try presets.found()
    let folder = presets.folder.standardizedFileURL.path
    guard let width = presets.scripts.map(\.count).max() else {
      throw Fault(
        code: .missingInput, description: "\(folder): found no .yaml file in the folder; expected scripts that ship")
    }
    var text = ""
    for name in presets.scripts {
      let url = try presets.script(name)
      let script = try Script(contentsOf: url, named: url.path)
      text += "\(name.padded(to: width))  \(script.timeline.lengths)\n"
      if let about = try presets.about(name) { text += "\("".padded(to: width))  \(about)\n" }
    }
    try TextOutput.standard.write(text + "\nThey are in \(folder); render one with: latentwalk render NAME\n")
  }
}

extension Int {
  /// So many of what a regular noun names: `1 seed`, `2 seeds`.
  func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
