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
