import Foundation
import Pixels
import Render
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct PictureShelfTests {
  private let folder: ScratchFolder
  private let source = SyntheticSource(count: 4)

  init() throws { folder = try ScratchFolder() }

  private var shelf: URL { folder["sheet.png.job"] }

  /// The source's pictures on a shelf, which is put away at the end or not.
  @discardableResult private func take(
    _ indices: [Int], version: String = "1", all: String = "a model",
    each: @escaping @Sendable (Int) -> String = { "\($0)" },
    clear: Bool = false
  ) throws -> [Image] {
    let shelf = try PictureShelf(beside: folder["sheet.png"])
    let shelved = ShelvedFrames(source, on: shelf, version: version, all: Array(all.utf8), each: each)
    let images = try indices.map { try shelved.frame(at: $0) }
    if clear { shelf.clear() } else { shelf.leave() }
    return images
  }

  @Test func aPictureIsMadeOnce() throws {
    let first = try take([0, 1])
    #expect(try take([1, 0, 2]) == [first[1], first[0], .pattern(width: 64, height: 48, seed: 2)])
    #expect(source.rendered == [0, 1, 2])
  }

  /// Whatever a picture depends on tells it from others.
  @Test func otherPicturesAreMade() throws {
    try take([0])
    try take([0], version: "2")
    try take([0], all: "another model")
    try take([0]) { "seed \($0)" }
    try take([1]) { _ in "0" }
    #expect(source.rendered == [0, 0, 0, 0])
  }

  @Test func aDamagedPictureIsMadeAgain() throws {
    let whole = try take([3])
    for name in try FileManager.default.contentsOfDirectory(atPath: shelf.path) where name.hasSuffix(".png") {
      try Data("damaged".utf8).write(to: shelf.appending(path: name))
    }
    #expect(try take([3]) == whole)
    #expect(source.rendered == [3, 3])
  }

  /// What somebody else has put there stays.
  @Test func theFolderGoesWithItsPictures() throws {
    try take([])
    #expect(!FileManager.default.fileExists(atPath: shelf.path))
    try take([0, 1])
    try take([0], clear: true)
    #expect(!FileManager.default.fileExists(atPath: shelf.path))
    try take([0])
    try Data().write(to: shelf.appending(path: "picture-of-mine.png"))
    try take([0], clear: true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: shelf.path).contains("picture-of-mine.png"))
  }

  /// A survey goes on where it stopped, if it is the same one.
  @Test func sketchesAreKept() throws {
    func prepare(_ source: SketchingSource, _ all: String, _ interruption: Interruption) throws {
      let shelf = try PictureShelf(beside: folder["sheet.png"])
      _ = try ShelvedFrames(source, on: shelf, version: "1", all: Array(all.utf8)) { "\($0)" }
        .prepare(nil, nil, interruption)
    }
    let stop = Interruption()
    #expect(throws: Interrupted.self) { try prepare(SketchingSource(stopAfter: 4, stop), "a model", stop) }
    let (same, other) = (SketchingSource(), SketchingSource())
    try prepare(same, "a model", Interruption())
    try prepare(other, "another", Interruption())
    #expect(same.made == [4, 5])
    #expect(other.made == Array(0..<6))
    try PictureShelf(beside: folder["sheet.png"]).clear()
    #expect(!FileManager.default.fileExists(atPath: shelf.path))
  }

  @Test func oneProcessAtATime() throws {
    let open = try PictureShelf(beside: folder["sheet.png"])
    let message = refusal { try PictureShelf(beside: folder["sheet.png"]) }
    #expect(message.contains("another process renders into"))
    open.clear()
  }
}
