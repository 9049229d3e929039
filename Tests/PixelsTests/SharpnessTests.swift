import Pixels
import TestSupport
import Testing

struct SharpnessTests {
  /// Bars in a part of a white picture.
  private func bars(_ rows: Range<Int>) -> Image {
    var image = Image(width: 64, height: 64, filledWith: .white)
    for y in rows {
      for x in 0..<64 where x / 4 % 2 == 0 { image[x, y] = Colour(40, 0, 200) }
    }
    return image
  }

  @Test func aFlatPictureHasNone() {
    #expect(Image(width: 32, height: 32, filledWith: Colour(9, 99, 199)).sharpness == 0)
    #expect(Image(width: 2, height: 9, filledWith: .black).sharpness == 0)
  }

  @Test func aRampHasTheSquareOfItsSlope() {
    var image = Image(width: 40, height: 30, filledWith: .black)
    for y in 0..<30 {
      for x in 0..<40 { image[x, y] = Colour(UInt8(5 * x), UInt8(5 * y), UInt8(3 * x + 4 * y)) }
    }
    #expect(abs(image.sharpness - 25.0 / (255 * 255)) < 1e-12)
  }

  @Test func blurLowersIt() throws {
    let image = bars(0..<64)
    let blurred = try image.scaled(width: 32, height: 32).scaled(width: 64, height: 64)
    #expect(blurred.sharpness < 0.9 * image.sharpness)
  }

  @Test func aCrossFadeHasHalf() {
    let (above, below) = (bars(4..<28), bars(36..<60))
    let ends = (above.sharpness + below.sharpness) / 2
    #expect(abs(above.faded(to: below, by: 0.5).sharpness / ends - 0.5) < 0.01)
  }
}
