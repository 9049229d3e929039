import Foundation
import Scripts
import TestSupport
import Testing
import Walk

@Suite struct PresetsTests {
  static let checkout = URL(filePath: #filePath).appending(path: "../../..").standardized
  static let shipped = try! Presets(at: checkout.appending(path: "Presets").path)

  private static func script(_ name: String) throws -> Script {
    try Script(contentsOf: shipped.script(name), named: name)
  }

  @Test(arguments: shipped.scripts) func everyPresetIsAFilm(name: String) throws {
    let script = try Self.script(name)
    #expect(script.model == "emoji")
    #expect(script.output.file == name + ".mp4")
    #expect((60...600).contains(script.timeline.count))
    let text = try String(contentsOf: Self.shipped.script(name), encoding: .utf8)
    #expect(text.hasPrefix("# "))
  }

  @Test func theyShowWhatThereIs() throws {
    let whole = try Self.shipped.scripts.map { try Self.script($0) }
    let scripts = Dictionary(uniqueKeysWithValues: zip(Self.shipped.scripts, whole.map(\.timeline)))
    #expect(scripts.count >= 8)
    #expect(scripts["car-to-tiger"]?.keyframes.map(\.prompt) == ["a photo of a car", "a photo of a tiger"])
    #expect(scripts["car-to-tiger"]?.count == 150)
    func some(_ isMet: (Timeline) -> Bool) -> Bool { scripts.values.contains(where: isMet) }
    #expect(some { $0.keyframes.count > 2 })
    #expect(some { $0.keyframes.contains { $0.hold != .zero } && $0.keyframes.contains { $0.easing != .linear } })
    #expect(some { Set($0.keyframes.map(\.prompt)).count == 1 && Set($0.keyframes.map(\.seed)).count > 2 })
    #expect(some { $0.path == .smooth && $0.loop == .closed } && some { $0.spacing == .even })
    #expect(some { Set($0.keyframes.map(\.prompt)).count > 2 && Set($0.keyframes.map(\.seed)).count == 1 })
    #expect(some { $0.loop == .pingpong } && some { $0.beatsPerMinute != nil })
    #expect(
      some { Set($0.keyframes.map(\.negative)).count > 2 } && some { Set($0.keyframes.map(\.guidance)).count > 1 })
    #expect(
      some {
        $0.keyframes.contains {
          $0.guidance(at: .init(t: 0, frame: 0, seconds: 0, beat: 0.5))
            != $0.guidance(at: .init(t: 0, frame: 0, seconds: 0, beat: 0))
        }
      })
    #expect(
      some { $0.keyframes.contains { $0.picture != nil } }
        && some { $0.keyframes.contains { $0.prompt.contains("\" - \"") } })
    #expect(Set(whole.map(\.method.name)) == Set(Method.Name.allCases))
    #expect(
      Set(whole.map(\.promptMix)) == [.lerp, .slerp] && Set(whole.map(\.noiseMix)).isSuperset(of: [.slerp, .gaussian]))
  }

  @Test func foldersAreSearchedInOrder() throws {
    let root = try ScratchFolder()
    let executable = root.url.appending(path: "a/b/bin/latentwalk")
    func found(at path: String? = nil, _ environment: [String: String] = [:]) throws -> String {
      try Presets(at: path, environment: environment, executable: executable).folder.standardizedFileURL.path
    }
    func expect(_ folder: String, at path: String? = nil, _ environment: [String: String] = [:]) throws {
      #expect(try found(at: path, environment) == root.url.appending(path: folder).standardizedFileURL.path)
    }
    for folder in ["a/Presets", "a/b/share/latentwalk/Presets", "mine", "yours"] {
      try root.write("", to: folder + "/x.yaml")
    }
    try root.write("", to: "a/Package.swift")
    let (mine, yours) = (root.url.appending(path: "mine").path, root.url.appending(path: "yours").path)
    try expect("mine", at: mine, [Presets.variable: yours])
    try expect("yours", [Presets.variable: yours])
    try expect("a/b/share/latentwalk/Presets")
    try FileManager.default.removeItem(at: root.url.appending(path: "a/b/share"))
    try expect("a/Presets")
    try FileManager.default.removeItem(at: root.url.appending(path: "a/Package.swift"))
    #expect(refusal { try found() }.hasPrefix("presets: found none in "))
    #expect(
      refusal { try found(at: "/nowhere") } == "/nowhere: found no such folder; expected the folder of the presets")
    #expect(
      refusal { try found([Presets.variable: "/nowhere"]) }.contains("found no such folder (from LATENTWALK_PRESETS)"))
  }

  @Test func aNameThatIsNone() {
    #expect(
      refusal { try Self.shipped.script("car-to-tigr") }.hasSuffix("or a path with a slash; did you mean car-to-tiger?")
    )
    #expect(refusal { try Self.shipped.model("../models/emoji") }.contains("found no model of this name in "))
  }
}
