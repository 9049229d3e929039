import Foundation
import TestSupport
import Testing

/// A model that gives no pictures, or none in bf16.
@Suite(.timeLimit(.minutes(10))) struct BrokenFramesTests {
  private static let source = URL(filePath: #filePath).appending(path: "../../Goldens/models/tiny-sd15").standardized
  private let tool: Tool

  init() throws { tool = try Tool() }

  private func run(_ command: String, _ part: String, _ changes: [(String, Int, Float)]) throws -> Tool.Result {
    _ = try tool.folder.copyModel(Self.source, part: part, changes)
    let rest = "--model ./model --size 64x64 --steps 1 --guidance 1 --quiet"
    return try tool.run("\(command) \(rest)".split(separator: " ").map(String.init))
  }

  static let commands: [(command: String, pictures: Int)] = [
    ("walk a b --frames 3 -o film.mkv --codec ffv1", 3), ("strip a b --count 2", 2), ("image a", 1),
    ("walk a b --frames 2 -o film.mkv --codec ffv1 --on-bad-frame hold", 2),
  ]

  @Test(arguments: commands) func areRenderedAgainInFullPrecision(command: String, pictures: Int) throws {
    let result = try run("\(command) --precision bf16", "unet", Breakage.inBFloat16())
    #expect(result.code == 0, "\(result.errors)")
    let wanted = (0..<pictures).map {
      "frame \($0): the denoiser gave numbers that are not finite; rendered again with full precision"
    }
    #expect(result.errors.split(separator: "\n").map(String.init) == wanted)
  }

  /// A survey's pictures are mended as the film's are.
  @Test func areRenderedAgainInASurvey() throws {
    let result = try run(
      "walk a b --frames 3 --spacing even -o film.mkv --codec ffv1 --precision bf16", "unet", Breakage.inBFloat16())
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("survey's picture 0: the denoiser gave numbers that are not finite; rendered again"))
    #expect(result.errors.contains("\nframe 0: the denoiser gave numbers that are not finite; rendered again"))
  }

  static let hopeless: [(command: String, message: String)] = [
    (
      "walk a b --frames 3 --precision fp32",
      "frame 0 of 0 to 2 failed: the denoiser gave numbers that are not finite; begin anew with less guidance"
    ),
    ("walk a b --frames 3 --precision bf16", "not finite, with full precision too; begin anew with "),
    ("walk a b --frames 3 --precision bf16 --on-bad-frame stop", "gave numbers that are not finite; begin anew"),
    (
      "strip a b --count 2 --precision fp32",
      "latentwalk: picture 1: the denoiser gave numbers that are not finite; give less guidance, more steps or another seed"
    ),
    (
      "walk a b --frames 3 --spacing even --precision bf16 --on-bad-frame hold",
      "even spacing: picture 0 of the survey: the denoiser gave numbers that are not finite, with full precision too; give"
    ),
  ]

  @Test(arguments: hopeless) func stopTheCommand(command: String, message: String) throws {
    let result = try run(command, "unet", Breakage.always())
    #expect(result.code == 65)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(try tool.files == ["model"])
  }

  @Test func thePolicyIsOneOfThree() throws {
    let result = try tool.run(["walk", "a", "b", "--on-bad-frame", "ignore"])
    #expect(result.code == 64)
    #expect(result.errors.contains("'ignore' is invalid for '--on-bad-frame <policy>'"))
  }

  private func writeScript(_ policy: String) throws {
    try tool.folder.write(
      """
      size: 64x64
      steps: 1
      guidance: 1
      keyframes:
      - prompt: a
      - prompt: b
        after: 2f
      output:
        on-bad-frame: \(policy)

      """, to: "film.yaml")
  }

  @Test func aScriptSaysItToo() throws {
    try writeScript("stop")
    _ = try tool.folder.copyModel(Self.source, part: "unet", Breakage.inBFloat16())
    let render = ["render", "film.yaml", "--model", "./model", "--precision", "bf16", "--quiet"]
    let stopped = try tool.run(render)
    #expect(stopped.code == 65)
    #expect(stopped.errors.contains("frame 0 of 0 to 2 failed: "))
    #expect(try tool.run(render + ["--on-bad-frame", "retry"]).code == 0)
  }

  @Test func aScriptsOwnPolicyIsChecked() throws {
    try writeScript("skip")
    let result = try tool.run(["plan", "film.yaml"])
    #expect(result.code == 65)
    #expect(
      result.errors.contains(
        "film.yaml:9:17: found `on-bad-frame`: the text \"skip\"; expected one of retry, hold, stop"))
  }
}
