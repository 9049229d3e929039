import Foundation
import Pixels
import TestSupport
import Testing

struct DrawingTests {
  private let red = Colour(200, 0, 0)

  /// The part of its area that a shape covers, by its shade.
  private func covered(_ image: Image) -> Double {
    stride(from: 1, to: image.pixels.count, by: 3).reduce(0) { $0 + Double(255 - image.pixels[$1]) / 255 }
  }

  @Test func anAreaCoversItsArea() throws {
    var drawing = Drawing(width: 60, height: 40)
    drawing.area([[10.25, 5.5], [40.25, 5.5], [10.25, 30.5]], Colour(0, 0, 0))
    #expect(abs(covered(try drawing.image()) - 30 * 25 / 2) < 2)
    #expect(try drawing.image()[15, 10] == .black)
    #expect(try drawing.image()[45, 10] == .white)
  }

  @Test func aLineCoversItsLength() throws {
    var drawing = Drawing(width: 100, height: 100)
    drawing.line([[10, 10], [90, 70]], .black, width: 4)
    // 100 long, 4 wide, with a half disc at each end.
    #expect(abs(covered(try drawing.image()) - (400 + .pi * 4)) < 8)
  }

  @Test func aPointIsADot() throws {
    var drawing = Drawing(width: 20, height: 20)
    drawing.line([[10, 10]], .black, width: 8)
    #expect(abs(covered(try drawing.image()) - .pi * 16) < 3)
    #expect(try drawing.svg().contains("points=\"10.0,10.0 10.0,10.0\""))
  }

  @Test func whatLeavesTheDrawingIsCutOff() throws {
    var drawing = Drawing(width: 10, height: 10)
    drawing.line([[-50, -50], [60, 55]], red, width: 3)
    drawing.area([[-10, -10], [200, 3], [5, 300]], red)
    drawing.words("far", at: [-100, 200])
    drawing.picture(.pattern(width: 30, height: 30), at: [-5, 7])
    #expect(try drawing.image().width == 10)
  }

  @Test func picturesAndWordsStandWhereTheyShould() throws {
    let picture = Image.pattern(width: 6, height: 4)
    var drawing = Drawing(width: 90, height: 40)
    drawing.picture(picture, at: [3, 2])
    drawing.words("word", at: [80, 30], .right, size: 14)
    let image = try drawing.image()
    for y in 0..<4 {
      for x in 0..<6 { #expect(image[3 + x, 2 + y] == picture[x, y]) }
    }
    let ink = (0..<90).filter { x in (15..<40).contains { image[x, $0] != .white } }
    #expect(ink.first! > 40 && ink.last! <= 80)
  }

  @Test func svgIsWellFormed() throws {
    var drawing = Drawing(width: 50, height: 50)
    drawing.words("a < b & \u{1}c", at: [5, 5], .centre, red)
    drawing.picture(.pattern(width: 3, height: 3), at: [1, 1])
    let text = try drawing.svg()
    #expect(
      text.contains(
        "<text x=\"5.0\" y=\"5.0\" font-size=\"12\" fill=\"#c80000\" text-anchor=\"middle\">a &lt; b &amp; c</text>"))
    let data = try #require(text.firstMatch(of: #/base64,([^"]+)"/#).flatMap { Data(base64Encoded: String($0.1)) })
    #expect(try Image(decoding: [UInt8](data), name: "the picture") == .pattern(width: 3, height: 3))
  }
}
