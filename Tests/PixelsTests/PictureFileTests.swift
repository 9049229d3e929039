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
