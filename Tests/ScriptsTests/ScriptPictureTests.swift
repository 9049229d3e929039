import Diffusion
import Foundation
import Pixels
import Scripts
import TestSupport
import Testing
import Walk

/// Scripts with pictures, sums of prompts and formulas.
@Suite struct ScriptPictureTests {
  @Test func picturesLieBesideTheScript() throws {
    let folder = try ScratchFolder()
    let picture = Image.pattern(width: 5, height: 4)
    try folder.write(picture.encoded(as: .png), to: "films/images/cat.png")
    let file = try folder.write(
      """
      keyframes:
        - {prompt: a cat, image: images/cat.png}
        - {prompt: a cat, image: "\(folder["films/images/cat.png"].path)", strength: 0.5, after: 1s}
        - {prompt: a dog, after: 1s}
      """, to: "films/cat.yaml")
    let script = try Script(contentsOf: file, named: "cat.yaml")
    let keyframes = script.timeline.keyframes
    #expect(keyframes.map(\.picture?.image) == [picture, picture, nil])
    #expect(keyframes.map(\.picture?.path) == ["images/cat.png", folder["films/images/cat.png"].path, nil])
    #expect(keyframes.map(\.strength) == [1, 0.5, 1])
    #expect(script.hasPictures && script.pictureBytes.count == 2 * (4 + picture.pixels.count))
    let again = try Script(
      contentsOf: folder.write(script.canonical, to: "films/canonical.yaml"), named: "canonical.yaml")
    #expect(again.canonical == script.canonical)
    #expect(again.timeline.keyframes.map(\.picture) == keyframes.map(\.picture))
  }

  static let faults = [
    (
      "image: none.png",
      "3:12: found `image`: \"none.png\", of which nothing can be read: no such file; expected a PNG,"
    ),
    ("image: film.yaml", "3:12: found `image`: \"film.yaml\", of which no picture can be read: expected PNG, JPEG or"),
    ("image: [a]", "3:12: found `image`: a list; expected a name"),
    ("image: ''", "3:12: found `image`: the text \"\"; expected a name"),
    ("strength: 0.5", "3:15: found `strength` in a keyframe without `image`; expected both or neither"),
    ("image: cat.png\n    strength: 2", "4:15: found `strength`: 2; expected a number from 0 to 1"),
    ("image: cat.png\n    strength: 2 * t + 2", "4:15: found strength 2.0 on frame 0, by 2 * t + 2; expected a number"),
    ("guidance: sine(t)", "3:15: found the name sine in the formula of `guidance`; expected one of t, frame"),
    ("guidance: '4 + (t'", "3:22: found the end in the formula of `guidance`; expected an operator, or )"),
    ("guidance: >\n      4 +\n      $", "3:15: found `$` in the formula of `guidance`"),
    ("guidance: beat", "3:15: found beat, which counts beats; expected the tempo as bpm"),
    ("negative: '\"a\" - b'", "3:22: found 'b' in the sum of prompts; expected a prompt in double quotes"),
    ("negative: \"a\" - \"b\"", "3:19: found something behind a text in double quotes; expected single quotes around"),
  ]

  @Test(arguments: faults, ["\n", "\r\n", "\r"])
  func aFaultIsToldWithItsPlace(_ fault: (line: String, message: String), end: String) throws {
    let (line, message) = fault
    let folder = try ScratchFolder()
    try folder.write(Image.pattern(width: 5, height: 4).encoded(as: .png), to: "cat.png")
    let script = "keyframes:\n  - prompt: a\n    \(line)\n  - prompt: b\n    after: 1s\n"
    let file = try folder.write(script.replacing("\n", with: end), to: "film.yaml")
    let found = refusal { try Script(contentsOf: file, named: "film.yaml") }
    #expect(found.hasPrefix("film.yaml:\(message)"), "\(found)")
  }

  @Test func picturesNeedASchedulerWhoseStepsCanBeUndone() throws {
    let folder = try ScratchFolder()
    try folder.write(Image.pattern(width: 5, height: 4).encoded(as: .png), to: "cat.png")
    let text = "scheduler: heun\nkeyframes:\n- {prompt: a, image: cat.png}\n- {prompt: b, after: 1s}\n"
    let found = refusal { try Script(contentsOf: folder.write(text, to: "x.yaml"), named: "x") }
    #expect(
      found
        == "x:1:12: found heun and a keyframe that shows a picture; expected ddim or euler, whose steps can be undone")
    let euler = try Script(contentsOf: folder.write(text.replacing("heun", with: "euler"), to: "x.yaml"), named: "x")
    #expect(euler.scheduler == .euler)
  }

  /// A formula of no time is its number; others stay as their author wrote them.
  @Test func canonicalTextKeepsFormulas() throws {
    let script = try Script(
      yaml: """
        guidance: "2 * 3"
        keyframes:
          - prompt: a
          - {prompt: b, after: 1s, guidance: ' 4 +  sin( t ) '}
        """, named: "x")
    #expect(script.timeline.keyframes.map(\.guidance.description) == ["6.0", "4 +  sin( t )"])
    #expect(try Script(yaml: script.canonical, named: "c").canonical == script.canonical)
    #expect(script.canonical.contains("guidance: 6.0\n") && script.canonical.contains("guidance: \"4 +  sin( t )\"\n"))
  }
}
