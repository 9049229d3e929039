import Pixels
import TestSupport
import Testing

struct ImageTests {
  @Test func stripPlacesPicturesWithGaps() {
    let colours = [Colour(255, 0, 0), Colour(0, 255, 0), Colour(0, 0, 255)]
    let strip = Image.strip(colours.map { Image(width: 4, height: 3, filledWith: $0) }, gap: 2)
    #expect((strip.width, strip.height) == (16, 3))
    #expect(
      (0..<16).map { strip[$0, 1] } == [
        colours[0], colours[0], colours[0], colours[0], .white, .white, colours[1], colours[1], colours[1], colours[1],
        .white, .white, colours[2], colours[2], colours[2], colours[2],
      ])
  }

  @Test func gridFillsRowByRow() {
    let images = (0..<5).map { Image(width: 2, height: 2, filledWith: Colour(UInt8($0), 0, 0)) }
    let grid = Image.grid(images, columns: 3, gap: 1, background: Colour(9, 9, 9))
    #expect((grid.width, grid.height) == (8, 5))
    #expect(grid[0, 0].red == 0)
    #expect(grid[7, 1].red == 2)
    #expect(grid[2, 0] == Colour(9, 9, 9))
    #expect(grid[3, 4].red == 4)
    #expect(grid[7, 4] == Colour(9, 9, 9))
  }

  @Test func nearestRepeatsPixels() throws {
    let image = Image.pattern(width: 6, height: 4)
    let large = try image.scaled(width: 18, height: 12, filter: .nearest)
    for y in 0..<12 {
      for x in 0..<18 { #expect(large[x, y] == image[x / 3, y / 3]) }
    }
  }

  @Test(arguments: ScalingFilter.allCases, [(5, 3), (64, 64), (31, 200)])
  func aFlatPictureStaysFlat(filter: ScalingFilter, size: (width: Int, height: Int)) throws {
    let colour = Colour(12, 180, 250)
    let scaled = try Image(width: 16, height: 16, filledWith: colour)
      .scaled(width: size.width, height: size.height, filter: filter)
    #expect(scaled.largestDifference(to: Image(width: size.width, height: size.height, filledWith: colour)) <= 1)
  }

  @Test(arguments: [ScalingFilter.lanczos, .bicubic]) func smoothPicturesComeBack(filter: ScalingFilter) throws {
    var ramp = Image(width: 64, height: 64, filledWith: .black)
    for y in 0..<64 {
      for x in 0..<64 { ramp[x, y] = Colour(UInt8(64 + 2 * x), UInt8(192 - 2 * y), UInt8(x + y + 40)) }
    }
    let back = try ramp.scaled(width: 256, height: 256, filter: filter).scaled(width: 64, height: 64, filter: filter)
    // Away from the border, where the filters see the edge.
    for y in 8..<56 {
      for x in 8..<56 {
        #expect(abs(Int(back[x, y].red) - Int(ramp[x, y].red)) <= 2)
        #expect(abs(Int(back[x, y].green) - Int(ramp[x, y].green)) <= 2)
      }
    }
  }
}
