import Foundation
import Pixels
import TestSupport
import Testing

struct PictureFileTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test(arguments: ["a.png", "a.PNG", "a.ppm"], [(1, 1), (7, 5), (64, 48), (129, 2)])
  func roundTrip(name: String, size: (width: Int, height: Int)) throws {
    let image = Image.pattern(width: size.width, height: size.height)
    try image.write(to: folder[name])
    #expect(try Image(contentsOf: folder[name]) == image)
    #expect(try folder.names == [name])
  }

  @Test(arguments: [1, 6, 9]) func pngLevels(level: Int) throws {
    let image = Image.pattern(width: 33, height: 17)
    #expect(try Image(decoding: PNG.encode(image, level: level), name: "test") == image)
  }

  /// JPEG made by FFmpeg, 4:4:4: the left half (200, 40, 60), the right half (20, 90, 220).
  static let jpeg = Data(
    base64Encoded:
      """
      /9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgH
      BwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xABOAAEBAQAAAAAAAAAAAAAAAAAAAwYBAQEBAAAAAAAAAAAAAAAAAAAH
      BRABAAAAAAAAAAAAAAAAAAAAABEBAAAAAAAAAAAAAAAAAAAAAP/AABEIABAAEAMBEgACEgADEgD/2gAMAwEAAhEDEQA/AMyM4U4R
      FeEDH//Z
      """, options: .ignoreUnknownCharacters)!

  @Test func readsJPEG() throws {
    let image = try Image(decoding: [UInt8](Self.jpeg), name: "test")
    #expect((image.width, image.height) == (16, 16))
    for (x, expected) in [(3, Colour(200, 40, 60)), (12, Colour(20, 90, 220))] {
      let found = image[x, 8]
      #expect(abs(Int(found.red) - Int(expected.red)) <= 3)
      #expect(abs(Int(found.green) - Int(expected.green)) <= 3)
      #expect(abs(Int(found.blue) - Int(expected.blue)) <= 3)
    }
  }

  /// JPEG made by FFmpeg, 32x16: red and green above, blue and gray below.
  private static let quarters = Data(
    base64Encoded:
      """
      /9j//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoK
      CgwMCwsODg4RERT/xABOAAEBAQAAAAAAAAAAAAAAAAAHBQYBAQEBAAAAAAAAAAAAAAAAAAcGBRABAAAAAAAAAAAAAAAAAAAAABEBAAAA
      AAAAAAAAAAAAAAAAAP/AABEIABAAIAMBEgACEgADEgD/2gAMAwEAAhEDEQA/AMyjs40E4ILCOFzQbwgQDIAFQkSeGzIl1QMCe//Z
      """, options: .ignoreUnknownCharacters)!

  /// What Exif 2.32 (4.6.4) calls the orientations, as the quarters that are then seen from the upper left on, row by
  /// row; the last two are none.
  @Test(arguments: [
    (1, "rgbw"), (2, "grwb"), (3, "wbgr"), (4, "bwrg"), (5, "rbgw"), (6, "brwg"), (7, "wgbr"), (8, "gwrb"), (0, "rgbw"),
    (9, "rgbw"),
  ])
  func camerasSayHowTheyWereHeld(orientation: UInt8, seen: String) throws {
    let tag: [UInt8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
    let exif = Array("Exif".utf8) + [0, 0] + Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1] + tag + [0, 0, 0, 0]
    let plain = [UInt8](Self.quarters)
    let image = try Image(
      decoding: plain[..<2] + [0xff, 0xe1, 0, UInt8(exif.count + 2)] + exif + plain[2...], name: "a")
    #expect((image.width, image.height) == ((5...8).contains(orientation) ? (16, 32) : (32, 16)))
    let places = [(1, 1), (3, 1), (1, 3), (3, 3)].map { image[image.width * $0 / 4, image.height * $1 / 4] }
    let letters = places.map { colour -> Character in
      if colour.red > 150 { return colour.green > 150 ? "w" : "r" }
      return colour.green > 150 ? "g" : "b"
    }
    #expect(String(letters) == seen)
  }

  /// Just what libavutil takes and does not take: the smallest of each pair is made, the other is not tried.
  @Test func aPNGHasItsLimits() throws {
    #expect(PNG.holds(width: 16_000, height: 16_000) && !PNG.holds(width: 16_384, height: 16_384))
    #expect(PNG.holds(width: 500_000, height: 400) && !PNG.holds(width: 512_000, height: 512))
    #expect(PNG.holds(width: 1, height: 2_000_000) && !PNG.holds(width: .max, height: .max))
    let (high, low) = (2_080_508, 2_080_895)
    #expect(PNG.holds(width: 1, height: high) && !PNG.holds(width: 1, height: low))
    #expect(throws: Never.self) {
      try PNG.encode(Image(width: 1, height: high, pixels: [UInt8](repeating: 0, count: 3 * high)))
    }
    #expect(
      refusal { try PNG.encode(Image(width: 1, height: low, pixels: [UInt8](repeating: 0, count: 3 * low))) }
        .hasPrefix("cannot make a PNG of 1x\(low): "))
  }

  @Test(arguments: ["picture.webp", "picture", "picture.mp4"]) func unknownFormat(name: String) throws {
    #expect(throws: PictureError.unknownFormat(path: folder[name].path)) {
      try Image.pattern(width: 2, height: 2).write(to: folder[name])
    }
    #expect(try folder.names == [])
  }

  @Test func everyCutOfAPNGIsRefused() throws {
    let bytes = try PNG.encode(.pattern(width: 16, height: 16))
    for count in 0..<bytes.count {
      #expect(throws: PictureError.self) { try Image(decoding: Array(bytes[..<count]), name: "cut") }
    }
  }

  @Test func changedBitsOfAPNGAreRefused() throws {
    let image = Image.pattern(width: 16, height: 16)
    let bytes = try PNG.encode(image)
    // Pixel data: each changed byte breaks the chunk's checksum.
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("IDAT".utf8)) })
    for i in (start + 4)..<(bytes.count - 12) {
      var broken = bytes
      broken[i] ^= 0x10
      #expect(throws: PictureError.self) { try Image(decoding: broken, name: "broken") }
    }
  }

  /// No number of bytes is too large to be told.
  @Test func aFileThatIsTooLargeIsRefused() throws {
    try Data([0xff, 0xd8, 0xff]).write(to: folder["huge.jpg"])
    let file = try FileHandle(forWritingTo: folder["huge.jpg"])
    try file.truncate(atOffset: 5 << 30)  // takes no room
    try file.close()
    #expect(refusal { try Image(contentsOf: folder["huge.jpg"]) }.contains("a file of 5368709120 bytes is no picture"))
  }

  @Test(arguments: [[], [0x89], Array("GIF89a".utf8), [0xff, 0xd8, 0xff, 0xe0, 0, 16]] as [[UInt8]])
  func noPicture(bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder["bad"])
    let error = #expect(throws: PictureError.self) { try Image(contentsOf: folder["bad"]) }
    #expect(error?.description.contains(folder["bad"].path) == true)
  }

  @Test func missingFile() {
    #expect(throws: PictureError.cannotRead(path: folder["none.png"].path, reason: "no such file")) {
      try Image(contentsOf: folder["none.png"])
    }
  }
}
