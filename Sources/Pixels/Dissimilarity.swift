/// How different two pictures of one size look: 0 for the same picture, about 1 where they have nothing in common.
///
/// A multi-scale structural dissimilarity in OKLab, colour included, and a metric: symmetric, and no detour is shorter
/// than the straight way. While changes are small it grows in proportion to them. See `Appearance`, which is to be made
/// once for a picture that is compared more than once.
package func dissimilarity(_ a: Image, _ b: Image) -> Double {
  Appearance(a).dissimilarity(to: Appearance(b))
}

extension Appearance {
  /// How different two pictures of one size look.
  ///
  /// Two pictures' colours m (local means) and structures (what is left around them, of variance v) are compared at
  /// each point of each level by
  ///
  ///     colour    |m₁ − m₂|² / (|m₁ − m₂|² + c²)
  ///     structure v(x₁ − x₂) / (v(x₁) + v(x₂) + s²)
  ///
  /// and the result is the root of their mean, levels weighted as Wang, Simoncelli and Bovik found ("Multiscale
  /// structural similarity for image quality assessment", 2003). The second is one minus the contrast and structure
  /// term of SSIM, taken over all three coordinates of the colour at once; its root is a metric (Brunet, Vrscay and
  /// Wang, "On the mathematical properties of the structural similarity index", 2012), the first one's too, and so is
  /// the root of a sum of such squares. Structure that turns into its negative counts as 2, unrelated structure as 1.
  package func dissimilarity(to other: Appearance) -> Double {
    precondition(size == other.size, "pictures of \(size) and \(other.size) cannot be compared")
    var (sum, weights) = (0.0, 0.0)
    for (a, b) in zip(levels, other.levels) {
      sum += a.weight * a.difference(from: b)
      weights += a.weight
    }
    return (sum / weights).squareRoot()
  }
}

extension Appearance.Level {
  /// The mean square of the differences at all points.
  fileprivate func difference(from other: Appearance.Level) -> Double {
    var difference = colours
    for i in difference.indices {
      difference[i] = withSquare(colours[i] - other.colours[i])
    }
    blur(&difference, width: width, height: height)
    var sum = 0.0
    for i in difference.indices {
      let mean = withSquare(difference[i])
      let variance = max(difference[i].w - mean.w, 0)
      let colour = mean.w / (mean.w + colourConstant)
      let structure = variance / (variances[i] + other.variances[i] + structureConstant)
      sum += Double(colour + structure)
    }
    return sum / Double(2 * difference.count)
  }
}

/// c²: colours this far apart are half way to nothing in common.
private let colourConstant: Float = 0.25 * 0.25
/// s²: contrast well below this is hardly seen.
private let structureConstant: Float = 0.1 * 0.1
