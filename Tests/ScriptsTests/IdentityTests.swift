import Diffusion
import Foundation
import Pixels
import Scripts
import Tensors
import TestSupport
import Testing
import Walk

/// What finished frames are known by: all that changes a picture, and nothing else.
@Suite struct IdentityTests {
  /// Two scripts that differ in one key, beside lines that both have.
  struct Row: Sendable, CustomTestStringConvertible {
    let key: String
    let from, to: String?
    /// Further lines of the script, of its second keyframe, and of its output.
    var with: [String: String] = [:]
    let decides: Bool
    var testDescription: String { "\(key): \(from ?? "-") and \(to ?? "-") \(with.isEmpty ? "" : "\(with)")" }

    init(_ key: String, _ from: String?, _ to: String?, _ with: [String: String] = [:], decides: Bool = true) {
      (self.key, self.from, self.to, self.with, self.decides) = (key, from, to, with, decides)
    }

    /// The script with a value for the key.
    func script(_ value: String?) -> String {
      var lines = ["keyframes/prompt": "a dog", "keyframes/after": "30f"]
      if key == "keyframes/at" { lines["keyframes/after"] = nil }
      lines.merge(with) { $1 }
      // A part of an option is written with the whole.
      let path = key.split(separator: "/")
      if path.count > 1, path[0] != "keyframes", path[0] != "output" {
        let inner = path.dropFirst().reversed().reduce(value!) { "{\($1): \($0)}" }
        lines[String(path[0])] = inner
      } else {
        lines[key] = value
      }
      func part(_ name: String, _ indent: String) -> [String] {
        lines.filter { $0.key.hasPrefix(name) }.sorted { $0.key < $1.key }
          .map { "\(indent)\($0.key.dropFirst(name.count)): \($0.value)" }
      }
      let top = lines.filter { !$0.key.contains("/") }.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      let output = part("output/", "  ")
      return
        (top + (output.isEmpty ? [] : ["output:"] + output) + ["keyframes:", "  - {prompt: a cat}", "  -"]
        + part("keyframes/", "    ")).joined(separator: "\n")
    }
  }

  private static let formula = ["guidance": "1 + t"]
  private static let blend = ["method": "blend"]
  private static let attention = ["method": "attention"]
  private static let picture = ["keyframes/image": "cat.png", "scheduler": "ddim"]

  static let rows: [Row] = [
    // The model's files have a digest of their own.
    Row("model", "emoji", "./emoji", decides: false),
    Row("size", "64x64", "64x128"),
    Row("fps", "24", "25", decides: false),
    Row("fps", "24", "25", formula, decides: false),
    Row("fps", "24", "25", ["keyframes/after": "1s"]),
    Row("fps", "24", "25", ["guidance": "1 + seconds"]),
    Row("fps", "24", "25", ["guidance": "1 + beat", "bpm": "60"]),
    Row("bpm", "60", "90", decides: false),
    Row("bpm", "60", "90", ["guidance": "1 + seconds"], decides: false),
    Row("bpm", "60", "90", ["guidance": "1 + beat"]),
    Row("bpm", "60", "90", ["keyframes/guidance": "1 + beat"]),
    Row("bpm", "60", "90", ["keyframes/strength": "0.1 * fract(beat)"].merging(picture) { $1 }),
    Row("bpm", "60", "90", ["keyframes/after": "2b"]),
    Row("steps", "4", "5"),
    Row("scheduler", "euler", "ddim"),
    Row("scheduler", nil, "ddim"),
    Row("guidance-interval", nil, "0.2..0.8"),
    Row("guidance-interval", "0.1..0.8", "0.2..0.8"),
    Row("cache", nil, "deep:2"),
    Row("cache", "deep:3", "deep:2"),
    Row("prompt-mix", "lerp", "slerp"),
    Row("noise-mix", "lerp", "slerp"),
    Row("path", "linear", "smooth", ["noise-mix": "gaussian"]),
    Row("loop", "none", "closed"),
    Row("loop", "none", "pingpong"),
    Row("close", "20f", "21f", ["loop": "closed"]),
    Row("spacing", "time", "even"),
    Row("spacing", "even", "even-between"),
    Row("method", "walk", "blend"),
    Row("method", "blend", "attention"),
    Row("blend", "{branches: 3}", "{branches: 4}", blend),
    Row("blend/depth", "0.1", "0.2", blend),
    Row("blend/branches", "3", "4", blend),
    Row("blend/frame-depth", "0.7", "0.8", blend),
    Row("blend/between", "fade", "denoise", blend),
    Row("blend/crossfeed", "{power: 0.1}", "{power: 0.2}", blend),
    Row("blend/crossfeed/power", "0.1", "0.2", blend),
    Row("blend/crossfeed/range", "0.1", "0.2", blend),
    Row("blend/crossfeed/decay", "0.1", "0.2", blend),
    Row("blend/first-crossfeed", "{power: 0.1}", "{power: 0.2}", blend),
    Row("blend/first-crossfeed/power", "0.1", "0.2", blend),
    Row("blend/first-crossfeed/range", "0.1", "0.2", blend),
    Row("blend/first-crossfeed/decay", "0.1", "0.2", blend),
    Row("attention", "{alpha: 2}", "{alpha: 3}", attention),
    Row("attention/variant", "inner", "outer", attention),
    Row("attention/warm-up", "0.1", "0.2", attention),
    Row("attention/alpha", "2", "3", attention),
    Row("attention/beta", "2", "3", attention),
    Row("prompt", "a", "b", decides: false),
    Row("negative", "a", "b"),
    Row("seed", "1", "2"),
    Row("guidance", "1", "2"),
    Row("guidance", "1 + t", "1 + 2 * t"),
    Row("easing", "linear", "smooth"),
    Row("keyframes", nil, nil, decides: false),
    Row("keyframes/prompt", "a fox", "a bear"),
    Row("keyframes/negative", "a fox", "a bear"),
    Row("keyframes/seed", "1", "2"),
    Row("keyframes/guidance", "1", "2"),
    Row("keyframes/at", "30f", "31f"),
    Row("keyframes/after", "30f", "31f"),
    Row("keyframes/after", "30f", "1s", decides: false),
    Row("keyframes/hold", "1f", "2f"),
    Row("keyframes/easing", "linear", "smooth"),
    Row("keyframes/image", nil, "cat.png", ["scheduler": "ddim"]),
    Row("keyframes/image", "dog.png", "cat.png", ["scheduler": "ddim"]),
    Row("keyframes/image", "copy-of-cat.png", "cat.png", ["scheduler": "ddim"], decides: false),
    Row("keyframes/strength", "0.5", "0.6", picture),
    Row("output", nil, nil, decides: false),
    Row("output/file", "a.mp4", "b.mp4", decides: false),
    Row("output/codec", "h264", "hevc", decides: false),
    Row("output/crf", "18", "19", decides: false),
    Row("output/scale", "1", "2", decides: false),
    Row("output/on-bad-frame", "stop", "hold", decides: false),
    Row("output/sound", "a.mp3", "b.mp3", decides: false),
    Row("output/sound-start", "1s", "2s", ["output/sound": "a.mp3"], decides: false),
  ]

  @Test(arguments: rows) func whatChangesAPictureChangesTheIdentity(_ row: Row) throws {
    let folder = try ScratchFolder()
    for (name, seed) in [("cat.png", 1), ("copy-of-cat.png", 1), ("dog.png", 2)] {
      try folder.write(Image.pattern(width: 5, height: 4, seed: seed).encoded(as: .png), to: name)
    }
    func identity(_ value: String?) throws -> [UInt8] {
      let script = try Script(contentsOf: folder.write(row.script(value), to: "film.yaml"), named: "film.yaml")
      // Reading what a script comes to gives the same pictures.
      let again = try Script(contentsOf: folder.write(script.canonical, to: "again.yaml"), named: "again.yaml")
      let size = script.size ?? Size(width: 64, height: 64)
      #expect(again.identity(size: size, precision: .fp32) == script.identity(size: size, precision: .fp32))
      return script.identity(size: size, precision: .fp32)
    }
    #expect(try identity(row.from) == identity(row.from))
    #expect(try (identity(row.from) != identity(row.to)) == row.decides)
  }

  /// A new key has to have its row.
  @Test func everyKeyHasARow() {
    let crossfeeds = ["crossfeed", "first-crossfeed"].flatMap { name in Crossfeed.keys.map { "blend/\(name)/\($0)" } }
    let keys =
      Script.keys + Script.keyframeKeys.map { "keyframes/\($0)" } + Script.outputKeys.map { "output/\($0)" }
      + Blend.keys.map { "blend/\($0)" } + AttentionInterpolation.keys.map { "attention/\($0)" } + crossfeeds
    #expect(Set(keys) == Set(Self.rows.map(\.key)))
  }

  @Test func sizeAndPrecisionDecide() throws {
    let script = try Script(yaml: Self.rows[0].script("emoji"), named: "x")
    func identity(_ width: Int, _ precision: Precision) -> [UInt8] {
      script.identity(size: Size(width: width, height: 64), precision: precision)
    }
    #expect(identity(64, .fp32) != identity(72, .fp32))
    #expect(identity(64, .fp32) != identity(64, .bf16))
  }
}
