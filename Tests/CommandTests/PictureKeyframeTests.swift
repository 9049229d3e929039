import Foundation
import Pixels
import TestSupport
import Testing

/// Pictures as keyframes, from the command line.
@Suite(.timeLimit(.minutes(10))) struct PictureKeyframeTests {
  @Test func aPictureStandsAtItsKeyframe() throws {
    let tool = try Tool()
    let cat = Tool.presets.appending(path: "images/cat.png")
    try FileManager.default.copyItem(at: cat, to: tool.folder["cat.png"])
    let steps = ["--steps", "10", "--guidance", "1", "--quiet"]
    let result = try tool.run(
      ["strip", "a car", "a cat", "--image", "2=cat.png", "--count", "2", "-o", "strip.png"] + steps)
    #expect(result.code == 0 && result.errors.isEmpty)
    let strip = try Image(contentsOf: tool.folder["strip.png"])
    let (shown, wanted) = (
      strip.cropped(x: 128, y: 0, width: 128, height: 128),
      try Image(contentsOf: cat).covering(width: 128, height: 128)
    )
    let squares = zip(shown.pixels, wanted.pixels).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    #expect(10 * log10(255 * 255 * Double(shown.pixels.count) / squares) > 25)
    // One prompt, one seed and two pictures are two keyframes.
    let two = ["walk", "a cat", "--image", "1=cat.png", "--image", "2=cat.png", "--frames", "2", "-o", "film.mp4"]
    #expect(try tool.run(two + least).code == 0)
  }

  /// Frames of another picture under the same name are not taken up.
  @Test func thePictureBelongsToTheJob() throws {
    let tool = try Tool()
    let walk = [
      "walk", "a cat", "--seeds", "1,2", "--image", "1=a.png", "--frames", "2", "--keep-frames", "-o", "film.mp4",
    ]
    try tool.folder.write(Image.pattern(width: 16, height: 16, seed: 1).encoded(as: .png), to: "a.png")
    #expect(try tool.run(walk + least).code == 0)
    #expect(try tool.run(walk + least).code == 0)
    try tool.folder.write(Image.pattern(width: 16, height: 16, seed: 2).encoded(as: .png), to: "a.png")
    let other = try tool.run(walk + least)
    #expect(other.code == 73 && other.errors.contains("the script or an option has changed"))
  }

  @Test(
    arguments: [
      (
        ["a", "b", "--image", "3=cat.png"], 64,
        "--image: found a picture for keyframe 3 of 2; expected numbers from 1 to 2"
      ),
      (["a", "b", "--image", "cat.png"], 64, "expected a keyframe's number and a file, such as 2=cat.png"),
      (["a", "b", "--image", "0=cat.png"], 64, "expected a keyframe's number and a file"),
      (["a", "b", "--image", "1=a.png", "--image", "1=b.png"], 64, "--image: found two pictures for keyframe 1"),
      (["a", "b", "--image", "1=none.png"], 66, "none.png: no such file"),
      (["a", "b", "--strength", "0.5"], 64, "--strength goes with --image, of which there is none"),
      (["a", "b", "--strength", "2", "--image", "1=a.png"], 64, "--strength: found 2.0; expected 0 to 1"),
      (
        ["\"a\" - b", "c"], 64,
        "the sum of prompts '\"a\" - b', character 7: found 'b'; expected a prompt in double quotes"
      ),
    ] as [([String], Int32, String)])
  func faultsAreToldBeforeTheModelIsLoaded(arguments: [String], code: Int32, message: String) throws {
    let tool = try Tool()
    let result = try tool.run(["walk"] + arguments + ["--model", "./none"])
    #expect(result.code == code && result.errors.contains(message), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }
}
