import Foundation
import Pixels
import TestSupport
import Testing
import Video

/// Sheets and films of mixes, and the strip of a film in the making.
@Suite(.timeLimit(.minutes(10))) struct SheetTests {
  private func picture(_ name: String, in tool: Tool) throws -> Image {
    try Image(contentsOf: tool.folder.url.appending(path: name))
  }

  /// Whether the picture stands somewhere on the sheet.
  private func shows(_ sheet: Image, _ picture: Image) -> Bool {
    (0...sheet.height - picture.height).contains { y in
      (0...sheet.width - picture.width).contains { x in
        sheet[x, y] == picture[0, 0] && sheet.part(x: x, y: y, width: picture.width, height: picture.height) == picture
      }
    }
  }

  /// Corners are the pictures that `image` makes.
  @Test func cornersAreThePicturesAlone() throws {
    let tool = try Tool()
    #expect(
      try tool.run(["grid", "a car", "a tiger", "--seeds", "3,4", "--columns", "3", "--rows", "2"] + least).code == 0)
    let sheet = try picture("grid.png", in: tool)
    for (prompt, seed) in [("a car", 3), ("a tiger", 3), ("a car", 4), ("a tiger", 4)] {
      #expect(try tool.run(["image", prompt, "--seed", "\(seed)", "-o", "one.png"] + least).code == 0)
      #expect(try shows(sheet, picture("one.png", in: tool)))
    }
    #expect(try tool.run(["image", "a castle", "-o", "other.png"] + least).code == 0)
    #expect(try !shows(sheet, picture("other.png", in: tool)))
  }

  /// Each prompt has a row and each seed a column; the pictures are those that `image` makes, however long others are.
  @Test func promptsAndSeedsAreASheet() throws {
    let tool = try Tool()
    let long = Array(repeating: "a tiger in the evening sun", count: 20).joined(separator: " ")
    let prompts = ["a car", "a tiger", long]
    #expect(
      try tool.run(
        ["explore"] + prompts + ["--seeds", "3,4", "--scale", "1", "-o", "sheet.png"] + least + [
          "--negative", "", "--negative", "a cat", "--negative", "",
        ]
      ).code == 0)
    let sheet = try picture("sheet.png", in: tool)
    var places: [[(x: Int, y: Int)]] = []
    for (prompt, negative) in zip(prompts, ["", "a cat", ""]) {
      places.append([])
      for seed in [3, 4] {
        let one = ["image", prompt, "--seed", "\(seed)", "--negative", negative, "-o", "one.png"]
        #expect(try tool.run(one + least).code == 0)
        places[places.count - 1].append(try #require(place(of: picture("one.png", in: tool), on: sheet)))
      }
    }
    for row in 0..<3 {
      #expect(places[row][0].y == places[row][1].y && places[row][0].x < places[row][1].x)
      #expect(row == 0 || places[row - 1][0].y < places[row][0].y && places[row - 1][0].x == places[row][0].x)
    }
    // A prompt that is too long for its place leaves the pictures theirs.
    #expect(places[0][0].x < 150)
  }

  private func place(of picture: Image, on sheet: Image) -> (x: Int, y: Int)? {
    for y in 0...sheet.height - picture.height {
      for x in 0...sheet.width - picture.width
      where sheet[x, y] == picture[0, 0]
        && sheet.part(x: x, y: y, width: picture.width, height: picture.height) == picture
      {
        return (x, y)
      }
    }
    return nil
  }

  @Test(arguments: ["rows", "circle"]) func aFilmTravels(route: String) throws {
    let tool = try Tool()
    let arguments = [
      "grid", "a", "b", "c", "d", "--seeds", "1,2,3,4", "--frames", "7", "--route", route, "-o", "film.mkv", "--codec",
      "ffv1",
    ]
    let told = try tool.run(arguments + least.dropLast())
    #expect(told.code == 0 && told.errors.hasPrefix("film.mkv: 7 frames at 30 fps, 0.233 seconds\n"))
    var film = try FilmReader(tool.folder.url.appending(path: "film.mkv"))
    var frames: [[UInt8]] = []
    while let frame = try film.next() { frames.append(frame.pixels) }
    #expect(Set(frames).count == 7)
  }

  /// Frames of one way are not taken for those of another.
  @Test func anotherWayIsAnotherJob() throws {
    let tool = try Tool()
    let film = ["grid", "a", "b", "c", "d", "--frames", "3", "--keep-frames", "-o", "film.mp4"] + least
    #expect(try tool.run(film).code == 0)
    let other = try tool.run(film + ["--route", "circle"])
    #expect(other.code == 73 && other.errors.contains("the script or an option has changed"))
    #expect(try tool.run(film).code == 0)
  }

  @Test func atStrengthZeroThePictureIsThePromptsOwn() throws {
    let tool = try Tool()
    #expect(
      try tool.run(
        [
          "slider", "a car", "--direction", "\"a tiger\" - \"a cat\"", "--strengths", "-2..2", "--count", "3",
          "--seeds",
          "5,6",
        ]
          + least
      ).code == 0)
    let sheet = try picture("slider.png", in: tool)
    for seed in [5, 6] {
      #expect(try tool.run(["image", "a car", "--seed", "\(seed)", "-o", "one.png"] + least).code == 0)
      #expect(try shows(sheet, picture("one.png", in: tool)))
    }
    // At strength 1 from itself, the prompt has become the other.
    #expect(
      try tool.run(
        ["slider", "a cat", "--direction", "-\"a cat\" + \"a tiger\"", "--strengths", "-1,1", "-o", "s.png"] + least
      )
      .code == 0)
    #expect(try tool.run(["image", "a tiger", "-o", "tiger.png"] + least).code == 0)
    #expect(try shows(picture("s.png", in: tool), picture("tiger.png", in: tool)))
  }

  @Test func aMapShowsTheWay() throws {
    let tool = try Tool()
    for name in ["map.svg", "map.png"] {
      #expect(
        try tool.run(["map", "a car", "a tiger", "a cat", "--seeds", "1-3", "--count", "5", "-o", name] + least).code
          == 0)
    }
    let map = try String(contentsOf: tool.folder.url.appending(path: "map.svg"), encoding: .utf8)
    for label in ["Prompts", "Noise", "Pictures", "a car, 1", "a tiger, 2", "a cat, 3"] { #expect(map.contains(label)) }
    #expect(map.matches(of: #/<image /#).count == 9)
    #expect(try picture("map.png", in: tool).width > 1000)
  }

  /// A leg without change takes a frame only, so the keyframe between stands near the end, and not half-way.
  @Test func evenFramesMoveTheLandmarks() throws {
    let tool = try Tool()
    let walk = ["map", "a car", "a tiger", "a tiger", "--seeds", "1,2,2", "--frames", "21", "--spacing", "even"]
    #expect(try tool.run(walk + ["--count", "5", "-o", "map.svg"] + least).code == 0)
    let map = try String(contentsOf: tool.folder.url.appending(path: "map.svg"), encoding: .utf8)
    let shown = try map.matches(of: #/<image [^>]*base64,([^"]+)"/#).prefix(3).map {
      let data = try #require(Data(base64Encoded: String($0.1)))
      return try Image(contentsOf: tool.folder.write(Array(data), to: "shown.png"))
    }
    for (keyframe, (prompt, seed)) in [("a car", 1), ("a tiger", 2), ("a tiger", 2)].enumerated() {
      #expect(try tool.run(["image", prompt, "--seed", "\(seed)", "-o", "one.png"] + least).code == 0)
      #expect(try shown[keyframe] == picture("one.png", in: tool).scaled(width: 64, height: 64))
    }
  }

  @Test func theStripHasAsManyPicturesAsAsked() throws {
    let tool = try Tool()
    let arguments = ["walk", "a car", "a tiger", "--frames", "9", "-o", "film.mp4", "--strip", "now.png"] + least
    #expect(try tool.run(arguments + ["--strip-count", "3"]).code == 0)
    #expect(try picture("now.png", in: tool).width == 3 * 96)
    let grid = ["grid", "a", "b", "c", "d", "--frames", "9", "-o", "grid.mp4", "--strip", "now.png"] + least
    #expect(try tool.run(grid + ["--strip-count", "9"]).code == 0)
    #expect(try picture("now.png", in: tool).width == 9 * 96)
  }

  @Test func theStripFillsWhileFramesAreMade() throws {
    let tool = try Tool()
    let arguments = ["walk", "a car", "a tiger", "--frames", "9", "--strip", "now.png", "-o", "film.mp4"] + least
    #expect(try tool.run(arguments).code == 0)
    let strip = try picture("now.png", in: tool)
    #expect(strip.width == 8 * 96 && strip.height == 96)
    for place in 0..<8 {
      let part = strip.part(x: place * 96, y: 0, width: 96, height: 96)
      #expect(part != Image(width: 96, height: 96, filledWith: part[0, 0]))
    }
  }

  @Test func aStripOfUnfinishedWorkIsPartlyGrey() throws {
    let tool = try Tool()
    let arguments = ["walk", "a car", "a tiger", "--frames", "1000000", "--strip", "now.png", "-o", "film.mp4"] + least
    let process = try tool.start(arguments, output: .nullDevice, errors: .nullDevice)
    let file = tool.folder.url.appending(path: "now.png")
    while !FileManager.default.fileExists(atPath: file.path), process.isRunning { usleep(1000) }
    process.interrupt()
    process.waitUntilExit()
    let strip = try Image(contentsOf: file)
    #expect(
      strip.part(x: 7 * 96, y: 0, width: 96, height: 96) == Image(width: 96, height: 96, filledWith: strip[767, 0]))
    #expect(strip.part(x: 0, y: 0, width: 96, height: 96) != Image(width: 96, height: 96, filledWith: strip[0, 0]))
  }

  /// Pictures of an interrupted sheet serve any later one of the same name that shows them too; then they go.
  @Test func interruptedPicturesAreKept() throws {
    let tool = try Tool()
    func explore(_ seeds: String) -> [String] {
      ["explore", "a car", "a tiger", "--seeds", seeds, "--json", "-o", "sheet.png"] + least.filter { $0 != "--quiet" }
    }
    // More pictures than any machine makes before the signal comes.
    let process = try tool.start(explore("0-499"), output: .nullDevice, errors: .nullDevice)
    let kept = tool.folder.url.appending(path: "sheet.png.job")
    func pictures() -> Int {
      ((try? FileManager.default.contentsOfDirectory(atPath: kept.path)) ?? []).count { $0.hasPrefix("picture-") }
    }
    while pictures() < 8, process.isRunning { usleep(1000) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try tool.files == ["sheet.png.job"])

    let result = try tool.run(explore("0-3"))
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains(#""event":"begin","of":"sheet.png","frames":8,"found":4"#), "\(result.errors)")
    #expect(try tool.files == ["sheet.png"])
    let other = try Tool()
    #expect(try other.run(explore("0-3")).code == 0)
    #expect(try picture("sheet.png", in: tool) == picture("sheet.png", in: other))
  }
}
