import Foundation
import Pixels
import TestSupport
import Testing
import Video

/// The commands, run as a user runs them, with the model that ships.
@Suite(.timeLimit(.minutes(10))) struct CommandTests {
  static let names = [
    "walk", "render", "join", "batch", "strip", "plan", "image", "explore", "grid", "slider", "map", "measure",
    "presets",
    "model",
  ]

  @Test func aloneItSaysWhatThereIs() throws {
    let result = try Tool().run([])
    #expect(result.code == 0 && result.errors.isEmpty)
    for name in Self.names { #expect(result.text.contains("\n  \(name) ")) }
  }

  @Test(arguments: names) func helpHasAnExample(name: String) throws {
    for arguments in [[name, "--help"], ["help", name]] {
      let result = try Tool().run(arguments)
      #expect(result.code == 0 && result.errors.isEmpty)
      #expect(result.text.contains("Example: latentwalk \(name)"))
    }
  }

  @Test func planTellsTheTimeline() throws {
    let tool = try Tool()
    try tool.folder.write(
      """
      fps: 10
      steps: 8
      keyframes:
        - {prompt: a car, seed: 1, hold: 1s}
        - {prompt: a tiger, seed: 2, after: 2s, easing: smooth, negative: a cat}
      """, to: "film.yaml")
    let result = try tool.run(["plan", "film.yaml"])
    #expect(result.code == 0 && result.errors.isEmpty)
    let lines = result.text.split(separator: "\n")
    #expect(lines.first == "film.yaml: 31 frames at 10 fps, 3.1 seconds")
    #expect(lines.contains { $0.hasPrefix("0 ") && $0.hasSuffix("a car  (holds to frame 10)") })
    #expect(
      lines.contains { $0.hasPrefix("30 ") && $0.contains("3.000") && $0.hasSuffix("smooth    a tiger  (not: a cat)") })
    #expect(result.text.contains("21 pictures of 8 steps, 168 steps in all; 10 frames repeat others"))
    #expect(try tool.files == ["film.yaml"])
  }

  @Test func methodsSayWhatTheyTake() throws {
    let tool = try Tool()
    let script = "steps: 10\nkeyframes: [{prompt: a car}, {prompt: a tiger, after: 10f}]\n"
    try tool.folder.write(script + "method: blend\n", to: "film.yaml")
    let plan = try tool.run(["plan", "film.yaml"])
    #expect(plan.text.contains("\nmethod    blend, which takes "))
    let film = ["walk", "a car", "a tiger", "--frames", "6", "--size", "16x16", "--steps", "4", "-o", "film.mp4"]
    let result = try tool.run(film + ["--method", "blend", "--blend", "branches: 1, frame-depth: 0.75"])
    #expect(result.code == 0)
    // Two keyframes of 4 steps, a branch of 3 and four frames of 1, instead of six of 4.
    #expect(result.errors.contains("the network was asked 15 times instead of 24 (38% fewer)"))
    let refused = try tool.run(film + ["--blend", "branches: 1"])
    #expect(refused.code == 64)
    #expect(refused.errors == "latentwalk: --blend: found the method walk; expected it with --method blend\n")
    let wrong = try tool.run(film + ["--method", "blend", "--blend", "branch: 1"])
    #expect(wrong.code == 64 && wrong.errors.hasPrefix("latentwalk: --blend: found the unknown key `branch`"))
  }

  static let costs = [
    ("", "[{prompt: a}, {prompt: b, after: 3f, hold: 3f}]"),
    ("scheduler: heun", "[{prompt: a}, {prompt: b, after: 3f}]"),
    ("scheduler: pndm", "[{prompt: a}, {prompt: b, after: 3f}]"),
    ("", "[{prompt: a, image: a.png}, {prompt: b, after: 3f}, {prompt: a, image: a.png, after: 3f}]"),
    ("spacing: even", "[{prompt: a}, {prompt: b, after: 3f}, {prompt: c, after: 20f}]"),
    ("loop: pingpong", "[{prompt: a, hold: 2f}, {prompt: b, after: 3f}, {prompt: c, after: 3f}]"),
    // More keyframes than have their keys and values kept, so that the first is made anew at the end.
    (
      "method: attention\nloop: closed",
      "[{prompt: a}, {prompt: b, after: 2f}, {prompt: c, after: 2f}, {prompt: d, after: 2f}, {prompt: e, after: 2f}]"
    ),
    ("method: attention\nspacing: even", "[{prompt: a, image: a.png}, {prompt: b, after: 3f}]"),
    (
      "method: attention\nloop: pingpong",
      "[{prompt: a}, {prompt: b, after: 3f, hold: 2f, guidance: 2 + sin(frame)}]"
    ),
    // No frame stands on the branch, which is half-way.
    (
      "method: blend\nblend: {branches: 1, frame-depth: 0.75}\nloop: closed",
      "[{prompt: a}, {prompt: b, after: 3f}, {prompt: c, after: 3f}, {prompt: d, after: 3f}, {prompt: e, after: 3f}]"
    ),
  ]

  /// What `plan` foretells is what `render` has counted.
  @Test(arguments: costs) func thePlanIsTheCost(head: String, keyframes: String) throws {
    let tool = try Tool()
    try tool.folder.write(Image.pattern(width: 16, height: 16, seed: 1).encoded(as: .png), to: "a.png")
    try tool.folder.write("size: 16x16\nsteps: 4\n\(head)\nkeyframes: \(keyframes)\n", to: "film.yaml")
    let plan = try tool.run(["plan", "film.yaml"])
    #expect(plan.code == 0, "\(plan.errors)")
    let foretold = try #require(plan.text.firstMatch(of: #/\nnetwork +is asked (?:at most )?([\d,]+) times/#)?.1)
    let result = try tool.run(["render", "film.yaml", "-o", "film.mp4"])
    let counted = try #require(
      result.errors.firstMatch(of: #/the network was asked ([\d,]+) times/#)?.1, "\(result.errors)")
    #expect(foretold == counted)
  }

  /// Three ways to say which share a process renders, and the film of them.
  @Test func shardsMakeTheFilm() throws {
    let (tool, size) = (try Tool(), ["--size", "16x16", "--steps", "1", "--quiet"])
    let (script, environments) = (
      ["cats", "-o", "film.mp4"] + size,
      [
        (1, [:]), (2, ["JOB_COMPLETION_INDEX": "1"]),
        (
          3,
          [
            "SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_STEP": "2",
            "SLURM_ARRAY_TASK_COUNT": "3",
          ]
        ),
      ]
    )
    for ((number, environment), option) in zip(environments, ["1/3", "auto/3", "auto"]) {
      let early = try tool.run(["join"] + script)
      #expect(early.code == 66 && early.errors.contains("film.mp4.job lacks "))
      let result = try tool.run(["render"] + script + ["--shard", option], environment: environment)
      #expect(result.code == 0 && result.errors.isEmpty, "shard \(number): \(result.errors)")
    }
    #expect(try tool.files == ["film.mp4.job"])
    #expect(try tool.run(["join"] + script + ["--strip", "strip.png"]).code == 0)
    #expect(try tool.files == ["film.mp4", "strip.png"])
    #expect(try tool.run(["render", "cats", "-o", "whole.mp4"] + size).code == 0)
    #expect(try Data(contentsOf: tool.folder["film.mp4"]) == Data(contentsOf: tool.folder["whole.mp4"]))
  }

  @Test(arguments: [
    (["--shard", "4/3"], [:], "expected K/N such as 3/16"),
    (["--shard", "3"], [:], "expected K/N such as 3/16"),
    (["--shard", "1/"], [:], "expected K/N such as 3/16"),
    (["--shard", "auto"], [:], "found neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX"),
    (["--shard", "auto"], ["JOB_COMPLETION_INDEX": "0"], "expected auto/N"),
    (["--shard", "auto/2"], ["JOB_COMPLETION_INDEX": "2"], "number 3 of 2"),
    (
      ["--shard", "auto"], ["SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "4"],
      "K/N"
    ),
    (["--shard", "1/2", "--fresh"], [:], "would throw away the frames of the other shards"),
    (["--shard", "1/2", "--strip", "a.png"], [:], "give --strip to join"),
  ]) func sharesThatAreNone(options: [String], environment: [String: String], message: String) throws {
    let tool = try Tool()
    let result = try tool.run(["render", "cats", "-o", "film.mp4"] + options, environment: environment)
    #expect(result.code == 64 && result.errors.contains(message), "\(result.errors)")
    #expect(try tool.files == [])
  }

  @Test func withoutItsModelAScriptHasAPlan() throws {
    let tool = try Tool()
    try tool.folder.write("{model: ./none, keyframes: [{prompt: a}, {prompt: b, after: 3f}]}", to: "film.yaml")
    let plan = try tool.run(["plan", "film.yaml"])
    #expect(plan.code == 0 && plan.text.contains("4 pictures of 20 steps"))
    #expect(
      plan.text.contains("network   nobody knows how often it is asked: ") && plan.text.contains("no such folder"))
  }

  @Test func presetsAndModelsAreListed() throws {
    let presets = try Tool().run(["presets"])
    #expect(presets.code == 0)
    #expect(presets.text.contains(#/car-to-tiger +150 frames at 30 fps, 5 seconds/#))
    let models = try Tool().run(["model"])
    #expect(models.code == 0)
    #expect(models.text.split(separator: "\n").contains("emoji"))
    let model = try Tool().run(["model", "emoji"])
    #expect(model.code == 0)
    #expect(model.text.contains("pictures    128x128 pixels"))
    #expect(model.text.contains(#/knows .*emoji/README.md/#))
  }

  @Test func stripGoesToStandardOutputAsPPM() throws {
    let tool = try Tool()
    let result = try tool.run(["strip", "a car", "a tiger", "--count", "3", "-o", "-"] + least)
    #expect(result.code == 0 && result.errors.isEmpty)
    #expect(result.output.starts(with: Array("P6\n48 16\n255\n".utf8)))
    #expect(result.output.count == 13 + 48 * 16 * 3)
    #expect(try tool.files == [])
  }

  /// A picture is the same alone, in a strip and in a film.
  @Test func picturesAreTheSameEverywhere() throws {
    let tool = try Tool()
    for (prompt, seed) in [("a car", 3), ("a tiger", 4)] {
      #expect(try tool.run(["image", prompt, "--seed", "\(seed)", "-o", "\(seed).png"] + least).code == 0)
    }
    #expect(
      try tool.run(["strip", "a car", "a tiger", "--seeds", "3,4", "--count", "4", "-o", "strip.png"] + least).code == 0
    )
    #expect(
      try tool.run(
        [
          "walk", "a car", "a tiger", "--seeds", "3,4", "--frames", "4", "--codec", "ffv1", "-o", "film.mkv",
          "--keep-frames",
        ] + least
      ).code == 0)
    func picture(_ name: String) throws -> Image { try Image(contentsOf: tool.folder.url.appending(path: name)) }
    let frames = try (0..<4).map { try picture("film.mkv.job/00000\($0).png") }
    #expect(frames[0] == (try picture("3.png")))
    #expect(frames[3] == (try picture("4.png")))
    #expect(try Image.strip(frames) == picture("strip.png"))
    #expect(Set(frames.map(\.pixels)).count == 4)
  }

  @Test(arguments: [("0.5", "30", 15), ("1", "24000/1001", 24), ("0.4", "12.5", 5)])
  func walkHasExactlyItsFrames(seconds: String, rate: String, count: Int) throws {
    let tool = try Tool()
    let result = try tool.run(
      ["walk", "a cat", "--seeds", "1-3", "--seconds", seconds, "--fps", rate, "--scale", "2", "-o", "film.mp4"] + least
    )
    #expect(result.code == 0)
    #expect(try tool.files == ["film.mp4"])
    var film = try FilmReader(tool.folder.url.appending(path: "film.mp4"))
    #expect(film.info.width == 32 && film.info.height == 32)
    var found = 0
    while try film.next() != nil { found += 1 }
    #expect(found == count)
  }

  @Test(arguments: ["none", "closed", "pingpong"], ["even", "even-between"])
  func loopsAndEvenFramesAreExactlyAsManyAsAsked(loop: String, spacing: String) throws {
    let tool = try Tool()
    let result = try tool.run(
      ["walk", "a cat", "a dog", "a fox", "--frames", "8", "--path", "smooth", "--loop", loop, "--spacing", spacing]
        + ["-o", "film.mp4"] + least)
    #expect(result.code == 0, "\(result.errors)")
    #expect(try tool.files == ["film.mp4"])
    var film = try FilmReader(tool.folder.url.appending(path: "film.mp4"))
    var found = 0
    while try film.next() != nil { found += 1 }
    #expect(found == 8)
  }

  @Test func lengthsAreToldBeforeRendering() throws {
    let tool = try Tool()
    let result = try tool.run(["walk", "a", "b", "--frames", "3", "-o", "film.mp4"] + least.dropLast())
    #expect(result.code == 0 && result.output.isEmpty)
    #expect(result.errors.hasPrefix("film.mp4: 3 frames at 30 fps, 0.1 seconds\n"))
    #expect(result.errors.hasSuffix("wrote film.mp4: 3 frames\nthe network was asked 3 times\n"))
  }

  @Test func oneBadScriptDoesNotStopTheOthers() throws {
    let tool = try Tool()
    let good = "keyframes: [{prompt: a}, {prompt: b, at: 2f}]\noutput: {file: NAME}\n"
    for name in ["a", "c"] {
      try tool.folder.write(good.replacing("NAME", with: "\(name).mp4"), to: "scripts/\(name).yaml")
    }
    try tool.folder.write("keyframes: 4\n", to: "scripts/b.yaml")
    try tool.folder.write(good.replacing("NAME", with: "a.mp4"), to: "scripts/d.yaml")
    let result = try tool.run(["batch", "scripts", "-o", "films", "--size", "16x16", "--steps", "1"])
    #expect(result.code == 65)
    #expect(result.errors.contains("latentwalk: scripts/b.yaml:1:12: found `keyframes`: 4"))
    #expect(
      result.errors.contains("latentwalk: scripts/d.yaml: found the film films/a.mp4, which scripts/a.yaml has written")
    )
    #expect(result.errors.hasSuffix("2 of 4 films rendered\n"))
    #expect(try tool.files == ["films", "scripts"])
    let films = try FileManager.default.contentsOfDirectory(atPath: tool.folder.url.appending(path: "films").path)
    #expect(films.sorted() == ["a.mp4", "c.mp4"])
  }

  /// The same batch goes on: only what is missing, or made of something else, is made.
  @Test func aFilmThatIsThereIsNotMadeAgain() throws {
    let tool = try Tool()
    func write(_ name: String, seed: Int) throws {
      try tool.folder.write("keyframes: [{prompt: a, seed: \(seed)}, {prompt: b, at: 2f}]\n", to: "\(name).yaml")
    }
    for name in ["a", "b"] { try write(name, seed: 1) }
    let batch = ["batch", "a.yaml", "b.yaml", "--size", "16x16", "--steps", "1"]
    #expect(try tool.run(batch).errors.hasSuffix("2 of 2 films rendered\n"))
    func film() throws -> Data { try Data(contentsOf: tool.folder.url.appending(path: "a.mp4")) }
    let first = try film()
    try write("b", seed: 2)
    let second = try tool.run(batch)
    #expect(second.errors.contains("a.mp4: is there already, made of the same; --fresh makes it anew\n"))
    #expect(second.errors.hasSuffix("1 of 2 films rendered, 1 there already\n"))
    #expect(try tool.run(batch + ["--crf", "30"]).errors.hasSuffix("2 of 2 films rendered\n"))
    #expect(try film() != first)
    #expect(try tool.run(batch + ["--fresh"]).errors.hasSuffix("2 of 2 films rendered\n"))
    #expect(try film() == first)
  }

  @Test func whatIsReadIsNotWrittenOver() throws {
    let tool = try Tool()
    let picture = Image(width: 16, height: 16, filledWith: Colour(200, 30, 30))
    try picture.write(to: tool.folder.url.appending(path: "cat.png"))
    for arguments in [
      ["strip", "a", "b", "--image", "1=cat.png", "-o", "./cat.png"],
      ["walk", "a", "b", "--image", "2=cat.png", "--strip", "cat.png", "-o", "film.mp4"],
      ["grid", "a", "b", "c", "d", "--image", "2=cat.png", "-o", "cat.png"],
    ] {
      let result = try tool.run(arguments)
      #expect(result.code == 64)
      #expect(result.errors.contains("cat.png: found it as what is read as well, and would write over it"))
    }
    #expect(try Image(contentsOf: tool.folder.url.appending(path: "cat.png")) == picture)
    #expect(try tool.files == ["cat.png"])

    // A script's files are sought where it lies.
    try picture.write(to: tool.folder.url.appending(path: "cat.png"))
    try tool.folder.write(
      "size: 16x16\nsteps: 1\nkeyframes: [{prompt: a, image: ../cat.png}, {prompt: b, at: 1f}]\n", to: "in/walk.yaml")
    let result = try tool.run(["strip", "in/walk.yaml", "--count", "2", "-o", "cat.png"])
    #expect(result.code == 64 && result.errors.contains("cat.png: found it as what is read as well"))
    #expect(try tool.run(["strip", "in/walk.yaml", "--count", "2", "-o", "in/cat.png"]).code == 0)
  }

  /// A script's quality is its codec's.
  @Test func anotherCodecLeavesTheScriptsQuality() throws {
    let tool = try Tool()
    try tool.folder.write(
      "keyframes: [{prompt: a}, {prompt: b, at: 1f}]\noutput: {crf: 20}\n", to: "walk.yaml")
    let result = try tool.run(
      ["render", "walk.yaml", "--codec", "ffv1", "-o", "film.mkv", "--size", "16x16", "--steps", "1"])
    #expect(result.code == 0)
    #expect(result.errors.contains("wrote film.mkv: 2 frames"))
  }

  /// Ctrl-C keeps what is done; other work is not mixed with it.
  @Test func interruptedWorkIsKept() throws {
    let tool = try Tool()
    // More frames than any machine renders before the signal comes.
    let arguments = ["walk", "a car", "a tiger", "--frames", "1000000", "-o", "film.mkv", "--codec", "ffv1"] + least
    let process = try tool.start(arguments, output: .nullDevice, errors: .nullDevice)
    let third = tool.folder.url.appending(path: "film.mkv.job/000002.png")
    while !FileManager.default.fileExists(atPath: third.path), process.isRunning { usleep(1000) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try tool.files == ["film.mkv.job", "film.partial.mkv"])

    let other = ["walk", "a cat", "a tiger", "--frames", "3", "-o", "film.mkv", "--codec", "ffv1"] + least
    let refused = try tool.run(other)
    #expect(refused.code == 73)
    #expect(
      refused.errors.contains(
        "film.mkv.job holds frames of another job: there were to be 1000000 frames, and now 3; remove it or use --fresh"
      ))
    #expect(try tool.run(other + ["--fresh"]).code == 0)
    #expect(try tool.files.contains("film.mkv.job") == false)
  }

  @Test func exploreDrawsOnePictureASeed() throws {
    let tool = try Tool()
    let result = try tool.run(["explore", "a cat", "--seeds", "0-2,7", "-o", "sheet.png"] + least)
    #expect(result.code == 0)
    let sheet = try Image(contentsOf: tool.folder.url.appending(path: "sheet.png"))
    #expect(sheet.width == 2 * 96 + 3 * 8)
  }
}
