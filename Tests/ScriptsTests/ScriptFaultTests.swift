import Foundation
import Scripts
import TestSupport
import Testing

/// Every fault in one line: where, what was found, what was expected.
@Suite struct ScriptFaultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let yaml: String
    let place: String
    let message: String
    init(_ yaml: String, _ place: String, _ message: String) {
      (self.yaml, self.place, self.message) = (yaml, place, message)
    }
    var testDescription: String { message }
  }

  /// A good script with one line changed or added.
  private static func script(_ top: String = "", first: String = "", second: String = "after: 4s") -> String {
    "model: emoji\n\(top)\nkeyframes:\n  - prompt: a car\n    \(first)\n  - prompt: a tiger\n    \(second)\n"
  }

  static let keys: [Case] = [
    Case(
      script("modle: x"), "2:1", "found the unknown key `modle` in a walk script; expected one of model, size, fps,"),
    Case(script("modle: x"), "2:1", "did you mean `model`?"),
    Case(script("guidence: 3"), "2:1", "did you mean `guidance`?"),
    Case(script("prompt_mix: lerp"), "2:1", "did you mean `prompt-mix`?"),
    Case(script("xyz: 3"), "2:1", "output"),
    Case(
      script(first: "sead: 4"), "5:5",
      "found the unknown key `sead` in keyframe 1; expected one of prompt, negative, seed"),
    Case(
      script("output: {crff: 4}"), "2:10",
      "found the unknown key `crff` in output; expected one of file, codec, crf, scale"),
    Case(script("steps: 4\nsteps: 5"), "2:1", "found the key `steps` more than once; expected each key once"),
    Case(script("? [a, b]\n: 5"), "2:3", "found the unknown key `a list`"),
    Case(script("<<: {steps: 3}"), "2:1", "found the unknown key `<<`"),
  ]

  static let values: [Case] = [
    Case(script("steps: many"), "2:8", "found `steps`: the text \"many\"; expected a whole number from 1 to 1000"),
    Case(script("steps: \"4\""), "2:8", "found `steps`: the text \"4\"; expected a whole number"),
    Case(script("steps: 0"), "2:8", "found `steps`: 0; expected a whole number from 1 to 1000"),
    Case(script("steps: 010"), "2:8", "found `steps`: 010"),
    Case(script("steps: 4.5"), "2:8", "found `steps`: 4.5"),
    Case(script("steps: 99999999999999999999"), "2:8", "found `steps`: 99999999999999999999"),
    Case(script("steps:"), "2:7", "found `steps`: nothing"),
    Case(script("steps: [4]"), "2:8", "found `steps`: a list"),
    Case(script("guidance: .nan"), "2:11", "found `guidance`: .nan; expected a number from 0 to 100"),
    Case(script("guidance: -1"), "2:11", "found `guidance`: -1"),
    Case(script("guidance-interval: 0.8..0.2"), "2:20", "expected a part of the way from 0 to 1, such as 0.2..0.8"),
    Case(script("cache: deep:1"), "2:8", "expected deep:N with N from 2 to 100"),
    Case(script("guidance: 1e400"), "2:11", "found `guidance`: 1e400"),
    Case(
      script("fps: 0"), "2:6",
      "found `fps`: 0; expected a frame rate from above 0 to 1000, such as 30, 23.976 or 30000/1001"),
    Case(script("fps: 30fps"), "2:6", "found `fps`: the text \"30fps\""),
    Case(script("size: 64"), "2:7", "found `size`: 64; expected width and height in pixels, such as 512x512"),
    Case(script("size: 0x64"), "2:7", "found `size`: 0x64"),
    Case(script("size: 64x-64"), "2:7", "found `size`: the text \"64x-64\""),
    Case(script("bpm: 0"), "2:6", "found `bpm`: 0; expected beats a minute"),
    Case(script("prompt-mix: cubic"), "2:13", "found `prompt-mix`: the text \"cubic\"; expected one of lerp, slerp"),
    Case(script("scheduler: eulerr"), "2:12", "found `scheduler`: the text \"eulerr\"; expected one of ddim, "),
    Case(script("loop: round"), "2:7", "found `loop`: the text \"round\"; expected one of none, closed, pingpong"),
    Case(script("close: 4s"), "2:8", "found `close` without `loop: closed`; expected it with a closed loop"),
    Case(script("close: 0s\nloop: closed"), "2:8", "found 0s for the way from the last keyframe back to the first"),
    Case(script("prompt-mix: gaussian"), "2:13", "found gaussian, which keeps the strength of independent noises"),
    Case(
      script("path: smooth\nnoise-mix: slerp"), "3:12",
      "found slerp, which goes between two keyframes, on a smooth path, which mixes up to four; expected gaussian or lerp"
    ),
    Case(script("model: ''\nx: 1").replacing("model: emoji\n", with: ""), "2:1", "found the unknown key `x`"),
    Case(script(first: "seed: -1"), "5:11", "found `seed`: -1; expected a whole number from 0 to 18446744073709551615"),
    Case(script(first: "seed: 18446744073709551616"), "5:11", "found `seed`: 18446744073709551616"),
    Case(
      script(first: "negative: 42"), "5:15",
      "found `negative`: 42; expected text; numbers, yes and no are text in quotes"),
    Case(script(first: "negative: yes"), "5:15", "found `negative`: yes; expected text"),
    Case(script(first: "negative:"), "5:14", "found `negative`: nothing; expected text"),
    Case(script(first: "hold: 1"), "5:11", "found `hold`: 1; expected a time with its unit: seconds such as 4.5s"),
    Case(script(first: "hold: 1.5f"), "5:11", "found `hold`: the text \"1.5f\""),
    Case(script(first: "hold: -1s"), "5:11", "found `hold`: the text \"-1s\""),
    Case(
      script(second: "after: 4s\n    easing: bouncy"), "8:13",
      "found `easing`: the text \"bouncy\"; expected one of linear, smooth, ease-in, ease-out"),
    Case(
      script("output: film.mp4"), "2:9",
      "found the text \"film.mp4\"; expected output: lines of `key: value` with the keys file, codec, crf, scale"),
    Case(
      script("output: {codec: h265}"), "2:17",
      "found `codec`: the text \"h265\"; expected one of h264, hevc, av1, vp9, ffv1"),
    Case(
      script("output: {sound-start: 3s}"), "2:23", "found `sound-start` without `sound`; expected both or neither"),
    Case(
      script("output: {sound: a.mp3, sound-start: 4b}"), "2:37",
      "found `sound-start`: 4b; expected seconds such as 30s, frames such as 120f, or beats such as 8b with the beats"),
    Case(script("output: {sound: a.mp3, sound-start: 3h}"), "2:37", "`sound-start`"),
    Case(script("output: {crf: 99}"), "2:15", "found `crf`: 99; expected a whole number from 0 to 51"),
    Case(script("output: {scale: 0}"), "2:17", "found `scale`: 0; expected a whole number from 1 to 64"),
    Case(
      script("output: {file: ''}"), "2:16",
      "found `file`: the text \"\"; expected a file's name for h264, which ends in .mp4, .mov, .mkv"),
    Case(
      script("output: {file: a.mp4, codec: ffv1}"), "2:16",
      "found `file`: the text \"a.mp4\"; expected a file's name for ffv1, which ends in .mkv"),
    Case(script("output: {crf: 3, codec: ffv1}"), "2:15", "found `crf`: 3; expected none, for ffv1 is lossless"),
    Case(
      script("model: {a: b}").replacing("model: emoji\n", with: "\n"), "2:8",
      "found `model`: a mapping; expected a name"),
    Case(
      script("steps: !!python/object 4"), "2:8", "found the tag tag:yaml.org,2002:python/object; expected a plain value"
    ),
  ]

  static let keyframes: [Case] = [
    Case("model: emoji\n", "1:1", "found no `keyframes`; expected a list of at least two keyframes"),
    Case("keyframes: []\n", "1:12", "found 0 keyframes; expected at least two"),
    Case("keyframes: 4\n", "1:12", "found `keyframes`: 4; expected a list of keyframes"),
    Case("keyframes:\n- prompt: a\n", "2:1", "found 1 keyframe; expected at least two"),
    Case(
      "keyframes:\n- a car\n- a tiger\n", "2:3", "found the text \"a car\"; expected keyframe 1: lines of `key: value`"),
    Case("keyframes:\n- seed: 4\n- prompt: b\n", "2:3", "found a keyframe without `prompt`"),
    Case(script(second: "seed: 3"), "6:5", "found a keyframe without `at` or `after`; expected one of them"),
    Case(script(second: "after: 4s\n    at: 4s"), "7:12", "found both `at` and `after`; expected one of them"),
    Case(script(first: "at: 1s"), "5:9", "found keyframe 1 on frame 30; expected it on frame 0"),
    Case(script(first: "after: 1s"), "5:12", "found `after` in the first keyframe"),
    Case(script(first: "easing: smooth"), "5:13", "found `easing` in the first keyframe"),
    Case(
      script(first: "hold: 5s", second: "at: 4s"), "7:9",
      "found keyframe 2 on frame 120, while keyframe 1 holds from frame 0 to 150; expected a later start or a shorter hold"
    ),
    Case(
      script(second: "after: 0s"), "7:12",
      "found keyframe 2 on frame 0 and keyframe 1 on frame 0; expected each keyframe at least one frame after the one before it"
    ),
    Case(
      script(second: "after: 4s\n  - {prompt: c, at: 2s}"), "8:21",
      "found keyframe 3 on frame 60 and keyframe 2 on frame 120"),
    Case(script(second: "after: 8b"), "7:12", "found 8b; expected seconds or frames, or the tempo as bpm"),
    Case(script(second: "after: 999999999s"), "7:12", "found 999999999s; expected a film of at most 10000000 frames"),
    Case(script(second: "after: 99999999999999999s"), "7:12", "found 99999999999999999s; expected a film of at most"),
    Case(
      script(second: "after: 4s\n    hold: 999999999999f"), "8:11", "found 999999999999f; expected a film of at most"),
  ]

  static let documents: [Case] = [
    Case("", "1:1", "found an empty file; expected a walk script with keyframes"),
    Case("# nothing\n\n", "1:1", "found an empty file"),
    Case("hello", "1:1", "found the text \"hello\"; expected a walk script: lines of `key: value`"),
    Case("- a\n- b\n", "1:1", "found a list; expected a walk script"),
    Case("model: emoji\n\tsteps: 4\n", "2:1", "found a tab; expected spaces"),
    Case("model: [emoji\n", "2:1", "found no YAML (did not find expected ',' or ']'); expected a walk script"),
    Case(
      "model: emoji\nprompt: a film: the return\n", "2:15",
      "found a second `: ` in one line; expected quotes around text that holds one"),
    Case("model: a\n---\nmodel: b\n", "2:1", "found a second document; expected one walk script"),
    Case("model: \"\\q\"\n", "1:9", "found no YAML (found unknown escape character)"),
    Case("model: a\u{0}b\n", "1:9", "control characters"),
    Case(
      "steps: &s 4\nkeyframes: []\n", "1:8",
      "found the anchor &s; expected values written out, without anchors and aliases"),
    Case("&all\nsteps: 4\n", "1:1", "found the anchor &all"),
    Case("steps: *s\n", "1:8", "found no YAML (found undefined alias)"),
    Case("guidance: @\n", "1:11", "found no YAML"),
  ]

  /// Lines may end as on Linux, on Windows, or on a Macintosh of old.
  @Test(arguments: [keys, values, keyframes, documents].flatMap { $0 }, ["\n", "\r\n", "\r"])
  func isSaidInOneLine(_ fault: Case, end: String) {
    let message = refusal { try Script(yaml: fault.yaml.replacing("\n", with: end), named: "film.yaml") }
    #expect(message.hasPrefix("film.yaml:\(fault.place): "))
    #expect(message.contains(fault.message))
    #expect(!message.contains("\n"))
  }

  /// Nine levels of nine aliases: more nodes than any memory holds, if they were counted as a key.
  @Test func aliasBombsAreRefusedAtOnce() {
    var bomb = "a0: &a0 [x]\n"
    for level in 1...30 {
      bomb += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
    }
    #expect(
      refusal { try Script(yaml: bomb + "? *a30\n: 1\n", named: "b") }.hasPrefix(
        "b:1:5: found the anchor &a0 and 271 aliases"))
    #expect(refusal { try Script(yaml: bomb, named: "b") }.hasPrefix("b:1:5: found the anchor &a0"))
    let windows = ("# a bomb\n" + bomb).replacing("\n", with: "\r\n")
    #expect(refusal { try Script(yaml: windows, named: "b") }.hasPrefix("b:2:5: found the anchor &a0"))
  }

  @Test(arguments: ["[", "{a: ", "- ", "? "]) func deepNestingIsRefused(opening: String) {
    let message = refusal { try Script(yaml: String(repeating: opening, count: 100_000), named: "deep") }
    #expect(message.hasPrefix("deep:"))
  }

  @Test func filesThatAreNoScripts() throws {
    let folder = try ScratchFolder()
    func message(_ url: URL) -> String { refusal { try Script(contentsOf: url, named: "x.yaml") } }
    #expect(
      message(folder.url.appending(path: "missing"))
        == "x.yaml: found no file that can be read (No such file or directory); expected a walk script")
    #expect(message(folder.url).contains("found no file that can be read (Is a directory)"))
    #expect(
      try message(folder.write([0x61, 0x3A, 0x20, 0x0A, 0xFF, 0xFE], to: "a")).hasPrefix(
        "x.yaml:2:1: found bytes that are no UTF-8"))
    #expect(
      try message(folder.write(Array("\u{FEFF}a: é".utf8) + [0xC3], to: "b")).hasPrefix(
        "x.yaml:1:5: found bytes that are no UTF-8"))
    #expect(
      try message(folder.write(Array("a: 1\r\nb: \u{FFFD}e\u{301}".utf8) + [0xC3], to: "e")).hasPrefix(
        "x.yaml:2:7: found bytes that are no UTF-8"))
    #expect(
      try message(folder.write([UInt8](repeating: 0x23, count: 2 << 20), to: "c")).contains(
        "found more than 1048576 bytes"))
    #expect(message(URL(filePath: "/dev/zero")).contains("found more than 1048576 bytes"))
    #expect(
      try message(folder.write([UInt8](repeating: 0x20, count: 1 << 20), to: "d")).hasPrefix(
        "x.yaml:1:1: found an empty file"))
  }
}
