import Foundation
import Pixels
import TestSupport
import Testing
import Video

/// Writes films, opens them again and looks at what is in them.
@Suite(.timeLimit(.minutes(10))) struct FilmTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  func write(_ frames: [Image], to url: URL, _ settings: FilmSettings = FilmSettings()) throws {
    let writer = try FilmWriter(to: url, width: frames[0].width, height: frames[0].height, settings: settings)
    for frame in frames { try writer.write(frame) }
    try writer.finish()
  }

  func read(_ url: URL) throws -> (info: FilmInfo, frames: [Image]) {
    var reader = try FilmReader(url)
    var frames: [Image] = []
    while let frame = try reader.next() { frames.append(frame) }
    return (reader.info, frames)
  }

  static let rates = [
    FilmRate(30), FilmRate(24), FilmRate(25), FilmRate(30000, 1001), FilmRate(24000, 1001), FilmRate(60000, 1001),
    FilmRate(1), FilmRate(1, 3), FilmRate(7, 2), FilmRate(120), FilmRate(1000, 33),
  ]

  @Test(arguments: rates, [1, 2, 47]) func countRateSizeAndDuration(rate: FilmRate, count: Int) throws {
    try write(
      (0..<count).map { .pattern(width: 64, height: 48, seed: $0) }, to: folder["a.mp4"], FilmSettings(rate: rate))
    let (info, frames) = try read(folder["a.mp4"])
    #expect(frames.count == count)
    #expect(info.frameCount == count)
    #expect(info.rate == rate)
    #expect((info.width, info.height) == (64, 48))
    let duration = try #require(info.duration)
    #expect(abs(duration - Double(count) / rate.framesPerSecond) < 1e-9)
    #expect(try folder.names == ["a.mp4"])
  }

  /// As root, SVT-AV1 puts the thread that opens it under real-time scheduling, and leaves it there.
  @Test(arguments: FilmCodec.available()) func threadsAreScheduledAsBefore(codec: FilmCodec) throws {
    let before = sched_getscheduler(0)
    let writer = try FilmWriter(
      to: folder["film.\(codec.containers[0].rawValue)"], width: 64, height: 64, settings: FilmSettings(codec: codec))
    #expect(sched_getscheduler(0) == before)
    try writer.write(.pattern(width: 64, height: 64, seed: 1))
    try writer.finish()
    #expect(sched_getscheduler(0) == before)
  }

  @Test(arguments: FilmCodec.available(), FilmContainer.allCases)
  func everyCodecInEveryContainer(codec: FilmCodec, container: FilmContainer) throws {
    let url = folder["film.\(container.rawValue)"]
    let frames = (0..<12).map { Image(width: 64, height: 64, filledWith: Colour(UInt8(20 * $0), 90, 160)) }
    let settings = FilmSettings(rate: FilmRate(30000, 1001), codec: codec)
    guard codec.containers.contains(container) else {
      let error = #expect(throws: FilmError.self) { try write(frames, to: url, settings) }
      #expect(error?.description.contains("film.\(container.rawValue)") == true)
      #expect(error?.description.contains(".\(codec.containers[0].rawValue)") == true)
      #expect(try folder.names == [])
      return
    }
    try write(frames, to: url, settings)
    let film = try read(url)
    #expect(film.frames.count == 12)
    #expect(film.info.rate == FilmRate(30000, 1001))
    #expect((film.info.width, film.info.height) == (64, 64))
    #expect(film.info.pixelFormat == "yuv420p")
    #expect(
      [film.info.primaries, film.info.transfer, film.info.matrix, film.info.range] == ["bt709", "bt709", "bt709", "tv"])
    for (frame, original) in zip(film.frames, frames) {
      #expect(frame.largestDifference(to: original) <= 6)
    }
  }

  static let patches = [
    Colour(255, 0, 0), Colour(0, 255, 0), Colour(0, 0, 255), Colour(255, 255, 0), Colour(0, 255, 255),
    Colour(255, 0, 255),
    Colour(0, 0, 0), Colour(64, 64, 64), Colour(128, 128, 128), Colour(192, 192, 192), Colour(255, 255, 255),
    Colour(200, 120, 40), Colour(17, 99, 201),
  ]

  /// With BT.601 in place of BT.709 pure red would come back as (255, 24, 0) or further off.
  @Test(arguments: FilmCodec.available(), [1.0, 2.0]) func flatPatchesKeepTheirColours(codec: FilmCodec, scale: Double)
    throws
  {
    let frames = Self.patches.map { Image(width: 64, height: 64, filledWith: $0) }
    let url = folder["film.\(codec.containers[0].rawValue)"]
    try write(frames, to: url, FilmSettings(codec: codec, crf: codec.qualityRange.map { _ in 4 }, scale: scale))
    let film = try read(url).frames
    #expect(film.count == frames.count)
    for (frame, colour) in zip(film, Self.patches) {
      let flat = Image(width: frame.width, height: frame.height, filledWith: colour)
      #expect(frame.largestDifference(to: flat) <= 4, "\(codec) \(colour) became \(frame[32, 32])")
    }
  }

  /// The least number is no word for "as the encoder likes".
  @Test(arguments: FilmCodec.available().filter { $0.qualityRange != nil }) func theLeastCRFIsTheBest(codec: FilmCodec)
    throws
  {
    let frames = (0..<4).map { Image.pattern(width: 128, height: 128, seed: $0) }
    let least = codec.qualityRange!.lowerBound
    let sizes = try [least, least + 8].map { crf in
      let url = folder["\(crf).\(codec.containers[0].rawValue)"]
      try write(frames, to: url, FilmSettings(codec: codec, crf: crf))
      return try Data(contentsOf: url).count
    }
    #expect(sizes[0] > sizes[1])
  }

  @Test func chromaStandsWhereItBelongs() throws {
    // A smooth change of hue from left to right; chroma half a pixel off would shift it by its slope.
    var ramp = Image(width: 128, height: 64, filledWith: .black)
    for y in 0..<64 {
      for x in 0..<128 { ramp[x, y] = Colour(UInt8(2 * x), 128, UInt8(255 - 2 * x)) }
    }
    try write([ramp], to: folder["a.mp4"], FilmSettings(crf: 0))
    let frame = try read(folder["a.mp4"]).frames[0]
    var sum = 0
    for x in 16..<112 { sum += Int(frame[x, 32].red) - Int(ramp[x, 32].red) }
    #expect(abs(Double(sum) / 96) < 0.5)
  }

  @Test(arguments: [(1.0, 64, 48), (4, 256, 192), (1.5, 96, 72), (0.5, 32, 24), (1.1, 70, 52)])
  func enlargement(scale: Double, width: Int, height: Int) throws {
    try write([.pattern(width: 64, height: 48)], to: folder["a.mp4"], FilmSettings(scale: scale))
    let info = try read(folder["a.mp4"]).info
    #expect((info.width, info.height) == (width, height))
  }

  @Test(arguments: FilmCodec.available(), [(64, 64), (32, 48), (192, 128)])
  func sameFramesSameBytes(codec: FilmCodec, size: (width: Int, height: Int)) throws {
    let frames = (0..<20).map { Image.pattern(width: size.width, height: size.height, seed: $0) }
    // SVT-AV1 takes no picture below 64 pixels: enlarge.
    let settings = FilmSettings(codec: codec, scale: codec == .av1 ? 2 : 1)
    let films = try (0..<4).map { i in
      let url = folder["\(i).\(codec.containers[0].rawValue)"]
      try write(frames, to: url, settings)
      return try Data(contentsOf: url)
    }
    #expect(films.dropFirst().allSatisfy { $0 == films[0] })
  }

  @Test func titleAndCommentButNoDate() throws {
    let settings = FilmSettings(title: "Car to tiger", comment: "a walk")
    try write([.pattern(width: 64, height: 64)], to: folder["a.mp4"], settings)
    let metadata = try read(folder["a.mp4"]).info.metadata
    #expect(metadata["title"] == "Car to tiger")
    #expect(metadata["comment"] == "a walk")
    #expect(metadata["creation_time"] == nil)
    #expect(metadata["encoder"] == nil)
  }

  @Test func theIndexStandsInFront() throws {
    try write((0..<5).map { .pattern(width: 64, height: 64, seed: $0) }, to: folder["a.mp4"])
    let bytes = try Data(contentsOf: folder["a.mp4"])
    let index = try #require(bytes.range(of: Data("moov".utf8)))
    let pictures = try #require(bytes.range(of: Data("mdat".utf8)))
    #expect(index.lowerBound < pictures.lowerBound)
  }

  @Test func aFilmFromBeforeStandsUntilTheNewOneIsWhole() throws {
    try Data("old".utf8).write(to: folder["a.mp4"])
    let writer = try FilmWriter(to: folder["a.mp4"], width: 64, height: 64)
    try writer.write(.pattern(width: 64, height: 64))
    #expect(try Data(contentsOf: folder["a.mp4"]) == Data("old".utf8))
    try writer.finish()
    #expect(try read(folder["a.mp4"]).frames.count == 1)
  }

  @Test func abandonedLeavesNothing() throws {
    let writer = try FilmWriter(to: folder["a.mp4"], width: 64, height: 64)
    for seed in 0..<10 { try writer.write(.pattern(width: 64, height: 64, seed: seed)) }
    writer.abandon()
    #expect(try folder.names == [])
  }

  /// In a process of its own, as other tests use memory too.
  @Test func memoryStaysFlat() async throws {
    await #expect(processExitsWith: .success) { [path = folder["a.mp4"].path as String] in
      let url = URL(fileURLWithPath: path)
      let writer = try FilmWriter(to: url, width: 64, height: 64, settings: FilmSettings(preset: "ultrafast"))
      var early = 0
      for seed in 0..<2000 {
        try writer.write(.pattern(width: 64, height: 64, seed: seed))
        if seed == 200 { early = residentBytes() }
      }
      // 1,800 frames of 12 kB would take 22 MB.
      let growth = residentBytes() - early
      precondition(growth < 4_000_000, "grew by \(growth) bytes")
      try writer.finish()
    }
    #expect(try read(folder["a.mp4"]).frames.count == 2000)
  }
}

private func residentBytes() -> Int {
  let fields = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
  guard let fields, let pages = Int(fields[1]) else { preconditionFailure("no memory figures") }
  return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
