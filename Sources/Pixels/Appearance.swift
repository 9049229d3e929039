/// What the eye sees of a picture: its colours at several levels of detail.
package struct Appearance: Sendable {
  /// The finest first.
  let levels: [Level]
  let size: [Int]

  /// Colours averaged over squares of the picture.
  struct Level: Sendable {
    let width: Int
    let height: Int
    /// How much a difference at this level counts.
    let weight: Double
    /// OKLab's three coordinates and the sum of their squares.
    let colours: [SIMD4<Float>]
    /// The variance of the colours around each point.
    let variances: [Float]
  }

  /// Looks at a picture from as far that its smaller side has about 128 pixels, or all that it has if they are fewer.
  package init(_ image: Image) {
    size = [image.width, image.height]
    let step = max(1, (min(image.width, image.height) + Self.detail / 2) / Self.detail)
    var (width, height) = ((image.width + step - 1) / step, (image.height + step - 1) / step)
    var colours = Self.colours(of: image, step: step, width: width, height: height)
    var levels: [Level] = []
    // Of a small picture the finest levels are those that a large one has at that size.
    var weights = Self.weights[...]
    var largest = Self.detail
    while weights.count > 1, min(width, height) * 3 < largest * 2 {
      weights.removeFirst()
      largest /= 2
    }
    for weight in weights {
      levels.append(Level(width: width, height: height, weight: weight, colours: colours))
      guard min(width, height) >= 2 * Self.coarsest else { break }
      colours = Self.halved(colours, width: width, height: height)
      (width, height) = ((width + 1) / 2, (height + 1) / 2)
    }
    self.levels = levels
  }

  /// Pixels along the smaller side at the finest level, about.
  private static let detail = 128
  /// Coarser levels than this many pixels would show nothing but the mean.
  private static let coarsest = 8
  /// From fine to coarse, after Wang, Simoncelli and Bovik (2003).
  private static let weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  /// The colours of squares of `step` pixels: light is averaged, as in the eye.
  private static func colours(of image: Image, step: Int, width: Int, height: Int) -> [SIMD4<Float>] {
    var light = [SIMD3<Float>](repeating: .zero, count: width * height)
    var counts = [Float](repeating: 0, count: width * height)
    OKLab.light.withUnsafeBufferPointer { table in
      image.pixels.withUnsafeBufferPointer { pixels in
        for y in 0..<image.height {
          let row = y / step * width
          for x in 0..<image.width {
            let (p, i) = ((y * image.width + x) * 3, row + x / step)
            light[i] += SIMD3(table[Int(pixels[p])], table[Int(pixels[p + 1])], table[Int(pixels[p + 2])])
            counts[i] += 1
          }
        }
      }
    }
    return light.indices.map { i in
      let colour = OKLab.colour(linear: light[i] / counts[i])
      return withSquare(SIMD4(colour, 0))
    }
  }

  /// Means of two by two; the last row and column of an odd number stand for two.
  private static func halved(_ colours: [SIMD4<Float>], width: Int, height: Int) -> [SIMD4<Float>] {
    let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
    var halved = [SIMD4<Float>](repeating: .zero, count: halfWidth * halfHeight)
    for y in 0..<halfHeight {
      let (above, below) = (2 * y * width, min(2 * y + 1, height - 1) * width)
      for x in 0..<halfWidth {
        let (left, right) = (2 * x, min(2 * x + 1, width - 1))
        let sum = colours[above + left] + colours[above + right] + colours[below + left] + colours[below + right]
        halved[y * halfWidth + x] = withSquare(sum / 4)
      }
    }
    return halved
  }
}

extension Appearance.Level {
  init(width: Int, height: Int, weight: Double, colours: [SIMD4<Float>]) {
    (self.width, self.height, self.weight, self.colours) = (width, height, weight, colours)
    var means = colours
    blur(&means, width: width, height: height)
    variances = means.map { max($0.w - withSquare($0).w, 0) }
  }
}

/// A colour with the sum of its squares as the fourth.
func withSquare(_ colour: SIMD4<Float>) -> SIMD4<Float> {
  var colour = colour
  colour.w = colour.x * colour.x + colour.y * colour.y + colour.z * colour.z
  return colour
}

/// Means over the surroundings of each point: a Gaussian of 1.5 pixels, as SSIM takes it; the border is repeated.
func blur(_ plane: inout [SIMD4<Float>], width: Int, height: Int) {
  let reach = gaussian.count - 1
  var line = [SIMD4<Float>](repeating: .zero, count: width + 2 * reach)
  for y in 0..<height {
    let row = y * width
    for x in 0..<line.count { line[x] = plane[row + min(max(x - reach, 0), width - 1)] }
    for x in 0..<width {
      var sum = gaussian[0] * line[x + reach]
      for k in 1...reach { sum += gaussian[k] * (line[x + reach - k] + line[x + reach + k]) }
      plane[row + x] = sum
    }
  }
  let source = plane
  for y in 0..<height {
    for x in 0..<width { plane[y * width + x] = gaussian[0] * source[y * width + x] }
    for k in 1...reach {
      let (above, below) = (max(y - k, 0) * width, min(y + k, height - 1) * width)
      for x in 0..<width { plane[y * width + x] += gaussian[k] * (source[above + x] + source[below + x]) }
    }
  }
}

/// exp(−k² / 2σ²) for k = 0…5 and σ = 1.5, normalised.
private let gaussian: [Float] = [0.26601172, 0.21300554, 0.10936069, 0.03600077, 0.00759876, 0.00102838]
