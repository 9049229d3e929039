import Foundation
import Diffusion
import Scripts
import TestSupport
import Testing
import Video
import Walk

@Suite struct ScriptTests {
  static let full = """
    # A car becomes a tiger.
    model: emoji
    size: 64x64
    fps: 30000/1001
    bpm: 120
    steps: 12
    guidance: 3.5
    scheduler: ddim
    guidance-interval: 0.2..0.8
    cache: deep:3
    prompt-mix: slerp
    noise-mix: lerp
    loop: none
    keyframes:
      - prompt: a photo of a car
        seed: 42
        hold: 0.5s
      - prompt: "a photo of a tiger: the king, \\"Khan\\""
        seed: 1337
        after: 4s
        easing: smooth
        negative: a drawing
        guidance: 7
      - {prompt: "42", at: 12b, hold: 10f}
    output:
      file: film.mp4
      codec: h264
      crf: 18
      scale: 4
    """

  @Test func everyKeyIsRead() throws {
    let script = try Script(yaml: Self.full, named: "full.yaml")
    #expect(script.model == "emoji")
    #expect(script.shortcuts == Shortcuts(guidanceInterval: GuidanceInterval(0.2, 0.8), cache: FeatureCache(deep: 3)))
    #expect(script.size == Size(width: 64, height: 64))
    #expect(script.steps == 12)
    #expect(script.scheduler == .ddim)
    #expect(script.promptMix == .slerp)
    #expect(script.noiseMix == .lerp)
    #expect(script.output == Script.Output(file: "film.mp4", codec: .h264, crf: 18, scale: 4))
    let timeline = script.timeline
    #expect(timeline.rate.description == "30000/1001")
    #expect(timeline.keyframes.map(\.prompt) == ["a photo of a car", "a photo of a tiger: the king, \"Khan\"", "42"])
    #expect(timeline.keyframes.map(\.negative) == ["", "a drawing", ""])
    #expect(timeline.keyframes.map(\.seed) == [42, 1337, 42])
    #expect(timeline.keyframes.map(\.guidance) == [3.5, 7, 3.5])
    #expect(timeline.keyframes.map(\.easing) == [.linear, .smooth, .linear])
    #expect(timeline.frames == [0, 135, 180])  // 4.5 s and 12 beats at 29.97 frames a second
    #expect(timeline.holdEnds == [15, 135, 190])
    #expect(timeline.count == 190)
  }

  @Test func whatIsNotSaidHasDefaults() throws {
    let script = try Script(
      yaml: "keyframes:\n- prompt: a\n- prompt: b\n  after: 1s\n", named: "short.yaml")
    #expect(script.model == Script.Default.model)
    #expect(script.size == nil && script.scheduler == nil)
    #expect(script.steps == Script.Default.steps)
    #expect(script.promptMix == .lerp && script.noiseMix == .slerp)
    #expect(script.timeline.keyframes.map(\.seed) == [Script.Default.seed, Script.Default.seed])
    #expect(
      script.timeline.keyframes.map(\.guidance) == [
        .constant(Script.Default.guidance), .constant(Script.Default.guidance),
      ])
    #expect(script.timeline.count == 31)
    #expect(script.output == Script.Output())
  }

  @Test func keyframesTakeWhatTheScriptSaysForAll() throws {
    let script = try Script(
      yaml: """
        prompt: a cat
        negative: a dog
        seed: 5
        guidance: 2
        easing: ease-in
        keyframes:
          - {}
          - {seed: 6, at: 10f}
          - {prompt: a fox, negative: "", at: 20f, easing: linear}
        """, named: "x")
    #expect(script.timeline.keyframes.map(\.prompt) == ["a cat", "a cat", "a fox"])
    #expect(script.timeline.keyframes.map(\.negative) == ["a dog", "a dog", ""])
    #expect(script.timeline.keyframes.map(\.seed) == [5, 6, 5])
    #expect(script.timeline.keyframes.map(\.guidance) == [2, 2, 2])
    #expect(script.timeline.keyframes.map(\.easing) == [.easeIn, .easeIn, .linear])
  }

  static let even = loop.replacing("spacing: time", with: "spacing: even").replacing(", easing: smooth", with: "")
  static let loop = """
    path: smooth
    loop: closed
    close: 1b
    bpm: 60
    spacing: time
    keyframes:
      - {prompt: a, easing: smooth}
      - {prompt: b, after: 2s, hold: 1s}
    """

  @Test func theWayIsRead() throws {
    let script = try Script(yaml: Self.loop, named: "loop")
    #expect(script.timeline.path == .smooth && script.timeline.loop == .closed)
    #expect(script.timeline.closingFrames == 30 && script.timeline.count == 120)
    #expect(script.timeline.keyframes[0].easing == .smooth)
    #expect(script.noiseMix == .gaussian)
    let straight = try script.timeline.with(path: .linear, loop: .pingpong)
    #expect(straight.count == 150 && straight.closingFrames == nil)
  }

  @Test func windowsLineEndsAndByteOrderMarkAreText() throws {
    let windows = "\u{FEFF}" + Self.full.replacing("\n", with: "\r\n")
    #expect(try Script(yaml: windows, named: "w") == Script(yaml: Self.full, named: "f"))
  }

  @Test func evenFramesFollowNoCurve() throws {
    let even = Self.loop.replacing("spacing: time", with: "spacing: even-between")
    #expect(
      refusal { try Script(yaml: even, named: "even") }
        == "even:7:25: found `easing` beside `spacing: even-between`; expected one of the two, for frames that are spaced "
        + "evenly follow no curve")
    let script = try Script(yaml: even.replacing(", easing: smooth", with: ""), named: "even")
    #expect(script.timeline.spacing == .evenBetween)
  }

  @Test(arguments: [
    even, full, loop, loop.replacing("closed\nclose: 1b", with: "pingpong").replacing(", easing: smooth", with: ""),
  ])
  func canonicalTextGivesTheSameFilmAndItself(yaml: String) throws {
    let script = try Script(yaml: yaml, named: "full.yaml")
    let again = try Script(yaml: script.canonical, named: "canonical")
    #expect(again.canonical == script.canonical)
    #expect(again.timeline.count == script.timeline.count)
    for frame in 0..<script.timeline.count {
      #expect(again.timeline.state(at: frame) == script.timeline.state(at: frame))
    }
    #expect(again.output == script.output && again.steps == script.steps && again.noiseMix == script.noiseMix)
  }

  /// A sound lies beside its script; beats count with the script's tempo.
  @Test func soundIsSoughtBesideTheScript() throws {
    let folder = try ScratchFolder()
    let yaml = Self.full + "\n  sound: music/song.mp3\n  sound-start: 3b\n"
    let script = try Script(contentsOf: folder.write(yaml, to: "films/a.yaml"), named: "a.yaml")
    #expect(script.sound?.url.path == folder["films/music/song.mp3"].path)
    #expect(script.sound?.start == 3 * 60 / script.timeline.beatsPerMinute!.double)
    let again = try Script(contentsOf: folder.write(script.canonical, to: "films/b.yaml"), named: "b.yaml")
    #expect(again.output.sound == script.output.sound)
  }

  @Test(arguments: [
    "plain", "", " ", "a: b # c", "\"quoted\" \\ back", "line\nbreak\ttab", "🐅 ein Tiger, één",
    "\u{0}\u{85}\u{2028}\u{FEFF}\u{200D}",
    "yes", "42", "*star &and", "- dash", "👨‍👩‍👧", "e\u{301}",
  ])
  func canonicalTextKeepsEveryPrompt(prompt: String) throws {
    let keyframes = [0, 9].map { Keyframe(prompt: prompt, seed: 1, guidance: 1e-7, start: .at(.frames($0))) }
    let script = Script(timeline: try Timeline(keyframes, rate: Script.Default.rate))
    let again = try Script(yaml: script.canonical, named: "canonical")
    #expect(
      again.timeline.keyframes.map { Array($0.prompt.unicodeScalars) }
        == keyframes.map { Array($0.prompt.unicodeScalars) })
    #expect(again.timeline.keyframes.map(\.guidance) == [1e-7, 1e-7])
  }
}
