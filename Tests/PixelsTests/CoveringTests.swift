import Pixels
import TestSupport
import Testing

@Suite struct CoveringTests {
  @Test func whatStandsOverIsCutOffEqually() throws {
    let wide = Image.pattern(width: 12, height: 4)
    #expect(try wide.covering(width: 4, height: 4) == wide.cropped(x: 4, y: 0, width: 4, height: 4))
    let high = Image.pattern(width: 4, height: 12)
    #expect(try high.covering(width: 4, height: 4) == high.cropped(x: 0, y: 4, width: 4, height: 4))
    #expect(wide.cropped(x: 4, y: 1, width: 2, height: 2)[1, 1] == wide[5, 2])
  }

  @Test func thePictureOfThatSizeStays() throws {
    let picture = Image.pattern(width: 5, height: 7)
    #expect(try picture.covering(width: 5, height: 7) == picture)
  }

  /// A centred square stays a centred square.
  @Test(arguments: [(64, 64), (640, 200), (200, 640), (63, 65)]) func nothingIsStretched(width: Int, height: Int) throws
  {
    let side = min(width, height)
    var picture = Image(width: width, height: height, filledWith: .white)
    picture.paste(
      Image(width: side / 2, height: side / 2, filledWith: .black), x: (width - side / 2) / 2,
      y: (height - side / 2) / 2)
    let fitted = try picture.covering(width: 32, height: 32)
    #expect((fitted.width, fitted.height) == (32, 32))
    let dark = fitted.pixels.count { $0 < 128 } / 3
    #expect(abs(dark - 16 * 16) <= 2 * 16 + 1)
    #expect(fitted[16, 16] == .black && fitted[3, 3] == .white && fitted[28, 28] == .white)
  }

  @Test(arguments: [(1, 1), (1, 1000), (1000, 1), (3, 2)]) func everyFormFits(width: Int, height: Int) throws {
    let fitted = try Image.pattern(width: width, height: height).covering(width: 64, height: 48)
    #expect((fitted.width, fitted.height) == (64, 48))
  }
}
