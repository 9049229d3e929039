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
    let width = presets.scripts.map(\.count).max() ?? 0
    for name in presets.scripts {
      let url = try presets.script(name)
      let script = try Script(contentsOf: url, named: url.path)
      print("\(name.padded(to: width))  \(script.timeline.lengths)")
      if let about = try presets.about(name) { print("\("".padded(to: width))  \(about)") }
    }
    print("\nThey are in \(presets.folder.standardizedFileURL.path); render one with: latentwalk render NAME")
  }
}

extension Int {
  /// So many of what a regular noun names: `1 seed`, `2 seeds`.
  func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
