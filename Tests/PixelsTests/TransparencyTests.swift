import Pixels
import TestSupport
import Testing

/// What is transparent in a PNG shows white, as in a viewer.
struct TransparencyTests {
  /// Colours and opacities, from 0 to 1.
  private static let pixels: [(colour: [Double], opacity: Double)] = [
    ([1, 0, 0], 1), ([1, 0, 0], 0), ([0.2, 0.4, 0.6], 0.8), ([0, 0, 0], 0.5), ([0, 0, 0], 0), ([0.5, 0.5, 1], 0.2),
  ]

  /// `gray` takes red for all three.
  private static func expected(gray: Bool) -> [[Double]] {
    pixels.map { colour, opacity in
      (0..<3).map { 255 * (colour[gray ? 0 : $0] * opacity + 1 - opacity) }
    }
  }

  private static func bytes(_ value: Double, _ depth: Int) -> [UInt8] {
    guard depth == 16 else { return [UInt8((value * 255).rounded())] }
    let wide = UInt16((value * 65535).rounded())
    return [UInt8(wide >> 8), UInt8(wide & 0xFF)]
  }

  private func check(_ file: [UInt8], _ expected: [[Double]], within bound: Double) throws {
    let image = try Image(decoding: file, name: "test")
    #expect((image.width, image.height) == (3, 2))
    for (place, colour) in expected.enumerated() {
      let found = image.pixels[3 * place..<3 * place + 3].map(Double.init)
      #expect(zip(found, colour).allSatisfy { abs($0 - $1) <= bound }, "\(place): \(found), expected \(colour)")
    }
  }

  /// Half a level for rounding at the end, and as much for eight bits of colour and opacity in the file.
  @Test(arguments: [(8, 1.1), (16, 0.51)], [MadePNG.Colours.colourWithAlpha, .grayWithAlpha])
  func isLaidOverWhite(_ depth: (bits: Int, bound: Double), _ colours: MadePNG.Colours) throws {
    let isGray = colours == .grayWithAlpha
    let pixels: [[UInt8]] = Self.pixels.map { colour, opacity in
      ((isGray ? [colour[0]] : colour) + [opacity]).flatMap { Self.bytes($0, depth.bits) }
    }
    let file = MadePNG.file(
      width: 3, colours, depth: depth.bits, rows: [Array(pixels[..<3].joined()), Array(pixels[3...].joined())])
    try check(file, Self.expected(gray: isGray), within: depth.bound)
  }

  @Test func aPalettesColoursHaveTheirOpacity() throws {
    let palette = Self.pixels.flatMap { $0.colour.flatMap { Self.bytes($0, 8) } }
    let opacities = Self.pixels.flatMap { Self.bytes($0.opacity, 8) }
    for (depth, rows) in [(8, [[0, 1, 2], [3, 4, 5]]), (4, [[0x01, 0x20], [0x34, 0x50]])] as [(Int, [[UInt8]])] {
      let file = MadePNG.file(
        width: 3, .palette, depth: depth, rows: rows, chunks: [("PLTE", palette), ("tRNS", opacities)])
      try check(file, Self.expected(gray: false), within: 1.1)
    }
  }

  /// A palette may name fewer opacities than colours, or none: the others are opaque.
  @Test(arguments: [0, 2]) func whatAPaletteDoesNotSayIsOpaque(count: Int) throws {
    let palette = Self.pixels.flatMap { $0.colour.flatMap { Self.bytes($0, 8) } }
    let opacities = Self.pixels.prefix(count).flatMap { Self.bytes($0.opacity, 8) }
    let file = MadePNG.file(
      width: 3, .palette, depth: 8, rows: [[0, 1, 2], [3, 4, 5]],
      chunks: [("PLTE", palette)] + (count > 0 ? [("tRNS", opacities)] : []))
    let expected = Self.pixels.enumerated().map { place, pixel in
      place < count ? Self.expected(gray: false)[place] : pixel.colour.map { 255 * $0 }
    }
    try check(file, expected, within: 1.1)
  }

  /// One colour of a picture without opacities can be the transparent one.
  @Test func aTransparentColourIsWhite() throws {
    let red: [UInt8] = [200, 0, 0]
    let blue: [UInt8] = [0, 0, 200]
    let colour = MadePNG.file(
      width: 3, .colour, depth: 8, rows: [red + blue + red, blue + red + blue],
      chunks: [("tRNS", [0, 200, 0, 0, 0, 0])])
    let (white, left): ([Double], [Double]) = ([255, 255, 255], [0, 0, 200])
    try check(colour, [white, left, white, left, white, left], within: 0)
    let gray = MadePNG.file(
      width: 3, .gray, depth: 8, rows: [[7, 9, 7], [9, 7, 9]], chunks: [("tRNS", [0, 7])])
    let dark: [Double] = [9, 9, 9]
    try check(gray, [white, dark, white, dark, white, dark], within: 0)
  }

  @Test func opaquePicturesStayAsTheyAre() throws {
    let image = Image.pattern(width: 9, height: 5)
    let rows = (0..<5).map { y in
      (0..<9).reduce(into: [UInt8]()) { $0 += [image[$1, y].red, image[$1, y].green, image[$1, y].blue, 255] }
    }
    let file = MadePNG.file(width: 9, .colourWithAlpha, depth: 8, rows: rows)
    #expect(try Image(decoding: file, name: "test") == image)
  }
}
