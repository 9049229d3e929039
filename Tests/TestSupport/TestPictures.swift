internal import Foundation
package import Pixels

extension Image {
  /// A picture in which every pixel differs from its neighbours, and every `seed` from every other.
  package static func pattern(width: Int, height: Int, seed: Int = 0) -> Image {
    var image = Image(width: width, height: height, filledWith: .black)
    for y in 0..<height {
      for x in 0..<width {
        image[x, y] = Colour(
          UInt8(truncatingIfNeeded: x * 7 + seed * 3), UInt8(truncatingIfNeeded: y * 11 + seed * 5),
          UInt8(truncatingIfNeeded: (x ^ y) * 13 + seed * 17))
      }
    }
    return image
  }

  /// Eight frames of 128x128 pixels of a walk, as an earlier shipped model made them: no training changes them.
  package static let carToTiger: [Image] = {
    let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    let strip = try! Image(contentsOf: root.appending(path: "Tests/Goldens/pictures/car-to-tiger.png"))
    return (0..<8).map { strip.part(x: $0 * 128, y: 0, width: 128, height: 128) }
  }()

  /// A part of the picture, its upper left corner at (x, y).
  package func part(x: Int, y: Int, width: Int, height: Int) -> Image {
    var part = Image(width: width, height: height, filledWith: .black)
    for row in 0..<height {
      for column in 0..<width { part[column, row] = self[x + column, y + row] }
    }
    return part
  }

  /// This picture laid under another: `t` = 0 is this one, 1 the other.
  package func faded(to other: Image, by t: Double) -> Image {
    let pixels = zip(pixels, other.pixels).map { UInt8((Double($0) * (1 - t) + Double($1) * t).rounded()) }
    return Image(width: width, height: height, pixels: pixels)
  }

  /// The largest difference of any pixel's red, green or blue.
  package func largestDifference(to other: Image) -> Int {
    zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }
}
