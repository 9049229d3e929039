import Foundation
import TestSupport
import Testing

/// What README tells a newcomer is true.
@Suite(.timeLimit(.minutes(10))) struct ReadmeTests {
  static let root = URL(filePath: #filePath).appending(path: "../../..").standardized
  static let readme = try! String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)

  /// The lines of the fenced blocks that begin with ``` and `language`.
  static func blocks(_ language: String) -> [[String]] {
    var (blocks, open): ([[String]], [String]?) = ([], nil)
    var wanted = false
    for line in readme.components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        if let block = open {
          if wanted { blocks.append(block) }
          open = nil
        } else {
          (open, wanted) = ([], line == "```" + language)
        }
      } else {
        open?.append(line)
      }
    }
    return blocks
  }

  static let commands = blocks("").joined().filter { $0.hasPrefix("latentwalk ") }

  @Test func thereAreCommands() {
    #expect(Self.commands.count >= 8)
  }

  @Test(arguments: commands) func commandWorks(command: String) throws {
    let tool = try Tool()
    try FileManager.default.createSymbolicLink(
      at: tool.folder.url.appending(path: "Presets"), withDestinationURL: Tool.presets)
    var words = Self.words(command)
    if words[1] == "measure" {
      #expect(try tool.run(["walk", "a car", "a tiger", "--frames", "4", "-o", "film.mp4"] + least).code == 0)
    }
    if ["walk", "render", "batch", "strip", "image", "explore", "grid", "slider", "map"].contains(words[1]) {
      words += ["--steps", "1"]
    }
    let result = try tool.run(Array(words.dropFirst()))
    #expect(result.code == 0, "\(result.errors)")
    if let option = words.firstIndex(of: "-o") {
      #expect(FileManager.default.fileExists(atPath: tool.folder.url.appending(path: words[option + 1]).path))
    } else {
      #expect(!result.text.isEmpty)
    }
  }

  /// Lines for a shell, with the least work of the script that they render.
  @Test(arguments: blocks("sh")) func shellLinesWork(lines: [String]) throws {
    let tool = try Tool()
    let text = lines.joined(separator: "\n").replacing("car-to-tiger ", with: "car-to-tiger --steps 1 --size 16x16 ")
    #expect(lines.joined() != text.replacing("\n", with: ""))
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-e", "-c", text]
    process.currentDirectoryURL = tool.folder.url
    process.environment = [
      "PATH": Tool.executable.deletingLastPathComponent().path + ":/usr/bin:/bin",
      "LATENTWALK_PRESETS": Tool.presets.path,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try tool.files == ["film.mp4"])
  }

  @Test func scriptIsThePreset() throws {
    let preset = try String(contentsOf: Self.root.appending(path: "Presets/car-to-tiger.yaml"), encoding: .utf8)
    let lines = preset.components(separatedBy: "\n").filter { !$0.hasPrefix("#") && !$0.isEmpty }
    #expect(Self.blocks("yaml").first == lines)
  }

  @Test func exampleIsTheLibrarys() throws {
    let example = try String(contentsOf: Self.root.appending(path: "Examples/Morph/main.swift"), encoding: .utf8)
    let lines = example.components(separatedBy: "\n").drop { $0.hasPrefix("//") }.dropLast()
    #expect(Self.blocks("swift").first == Array(lines))
  }

  @Test func makeTargetsExist() throws {
    let makefile = try String(contentsOf: Self.root.appending(path: "Makefile"), encoding: .utf8)
    let told = Self.readme.matches(of: #/\bmake ([a-z]+)/#).map { String($0.1) }
    #expect(Set(told).isSuperset(of: ["demo", "test", "build", "install"]))
    for target in told { #expect(makefile.contains("\n\(target):"), "README tells of make \(target)") }
  }

  @Test func gateRunsTheTwoCommands() throws {
    let gate = try String(contentsOf: Self.root.appending(path: ".ci/run"), encoding: .utf8)
    let told = Self.blocks("").first { $0.contains("make demo") }
    #expect(told.map(Set.init) == Set(gate.components(separatedBy: "\n").filter { $0.hasPrefix("make ") }))
  }

  @Test func picturesAreThere() {
    for match in Self.readme.matches(of: #/!\[[^\]]*\]\(([^)]+)\)/#) {
      #expect(FileManager.default.fileExists(atPath: Self.root.appending(path: String(match.1)).path))
    }
  }

  /// Splits at spaces outside quotes.
  private static func words(_ line: String) -> [String] {
    line.matches(of: #/"([^"]*)"|'([^']*)'|(\S+)/#).map { String($0.1 ?? $0.2 ?? $0.3 ?? "") }
  }
}
