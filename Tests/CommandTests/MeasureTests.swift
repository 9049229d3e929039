import Foundation
import Pixels
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct MeasureTests {
  /// The JSON's numbers by name.
  private func figures(_ result: Tool.Result) throws -> [String: Any] {
    #expect(result.code == 0 && result.errors.isEmpty)
    return try #require(JSONSerialization.jsonObject(with: result.output) as? [String: Any])
  }

  @Test func aFilmAndItsFramesMeasureAlike() throws {
    let tool = try Tool()
    let walk = ["walk", "a car", "a tiger", "--frames", "6", "--codec", "ffv1", "-o", "film.mkv", "--keep-frames"]
    // Steps enough for a way that is longer than what coding adds to it.
    #expect(try tool.run(walk + ["--size", "32x32", "--steps", "8", "--guidance", "1", "--quiet"]).code == 0)
    let film = try figures(tool.run(["measure", "film.mkv", "--json"]))
    let frames = try figures(tool.run(["measure", "film.mkv.job", "--json"]))
    #expect(film["frames"] as? Int == 6)
    #expect((film["distances"] as? [Double])?.count == 5)
    #expect((film["sharpness"] as? [Double])?.count == 6)
    let (a, b) = (try #require(film["length"] as? Double), try #require(frames["length"] as? Double))
    // So small a picture suffers from the film's coarser colours.
    #expect((0.5...2).contains(a / b))
    let text = try tool.run(["measure", "film.mkv"])
    #expect(text.text.hasPrefix("film.mkv: 6 frames\ndistance   mean 0."))
  }

  /// The law that pairs smoothness with sharpness, on files: a plain cross-fade must not pass for a walk.
  @Test func aCrossFadeScoresBadly() throws {
    let tool = try Tool()
    let (car, tiger) = (Image.carToTiger[0], Image.carToTiger[7])
    for i in 0...8 {
      try car.faded(to: tiger, by: Double(i) / 8).write(to: tool.folder.url.appending(path: "\(i + 4).png"))
    }
    let fade = try figures(tool.run(["measure", ".", "--json"]))
    let ofEnds = try #require(fade["sharpnessOfEnds"] as? [String: Any])
    #expect(try #require(ofEnds["least"] as? Double) < 0.6)
    #expect(ofEnds["leastFrame"] as? Int == 4)
    let all = try #require(fade["all"] as? [String: Any])
    #expect(try #require(all["evenness"] as? Double) > 0.8)
  }

  @Test func plotsAndFiguresGoToFiles() throws {
    let tool = try Tool()
    for i in 0..<3 {
      try tool.folder.write(Image.pattern(width: 20, height: 10, seed: i).encoded(as: .ppm), to: "in/\(i).ppm")
    }
    for name in ["plot.svg", "plot.png"] {
      let result = try tool.run(["measure", "in", "--plot", name, "-o", "figures.txt"])
      #expect(result.code == 0 && result.output.isEmpty && result.errors.isEmpty)
    }
    #expect(try tool.files == ["figures.txt", "in", "plot.png", "plot.svg"])
    #expect(try Image(contentsOf: tool.folder.url.appending(path: "plot.png")).width == 960)
  }

  @Test func whatCannotBeMeasuredIsSaid() throws {
    let tool = try Tool()
    func write(_ image: Image, _ path: String) throws { try tool.folder.write(image.encoded(as: .ppm), to: path) }
    let image = Image.pattern(width: 8, height: 8)
    try write(image, "one/1.ppm")
    try write(image, "sizes/1.ppm")
    try write(.pattern(width: 9, height: 8), "sizes/2.ppm")
    try tool.folder.write("{}", to: "film.mp4.job/job.json")
    try write(image, "film.mp4.job/000000.ppm")
    try write(image, "film.mp4.job/000002.ppm")
    try tool.folder.write("no film", to: "film.mp4")
    try tool.folder.write("P6 9 9 255\n", to: "broken/1.ppm")
    for (path, message) in [
      ("one", "one: found 1 picture; expected two or more to compare"),
      ("sizes", "sizes: found a picture of 9x8 after others of 8x8; expected one size"),
      (
        "film.mp4.job",
        "film.mp4.job: found no frame 1 in the job's folder; expected all up to the last one, 000002.ppm"
      ),
      ("film.mp4", "cannot read the film"),
      ("broken", "broken/1.ppm is no picture that can be read: 9x9 pixels take 243 bytes"),
    ] {
      let result = try tool.run(["measure", path])
      #expect(result.code == 65 && result.output.isEmpty)
      #expect(result.errors.contains(message), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }
}
