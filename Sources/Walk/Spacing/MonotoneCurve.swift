/// A smooth curve through points that rise in both coordinates; it rises everywhere, and overshoots nowhere.
///
/// Cubic pieces with the slopes of Steffen, "A simple method for monotonic interpolation in one dimension" (1990).
package struct MonotoneCurve {
  private let xs: [Double]
  private let ys: [Double]
  private let slopes: [Double]

  /// `xs` rise strictly, `ys` do not fall; two points at least.
  package init(_ xs: [Double], _ ys: [Double]) {
    precondition(xs.count == ys.count && xs.count >= 2, "no curve through \(xs.count) and \(ys.count) numbers")
    self.xs = xs
    self.ys = ys
    let widths = zip(xs.dropFirst(), xs).map(-)
    let chords = zip(zip(ys.dropFirst(), ys).map(-), widths).map(/)
    slopes = xs.indices.map { i in
      guard i > 0 else { return chords[0] }
      guard i < xs.count - 1 else { return chords[i - 1] }
      let parabola = (chords[i - 1] * widths[i] + chords[i] * widths[i - 1]) / (widths[i - 1] + widths[i])
      return min(2 * min(chords[i - 1], chords[i]), parabola)
    }
  }

  /// The height at `x`, between the first and the last point.
  package func callAsFunction(_ x: Double) -> Double {
    // The last point before x that has another behind it.
    var (low, high) = (0, xs.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if xs[middle] <= x { low = middle } else { high = middle }
    }
    let width = xs[high] - xs[low]
    let chord = (ys[high] - ys[low]) / width
    let t = x - xs[low]
    let square = (3 * chord - 2 * slopes[low] - slopes[high]) / width
    let cube = (slopes[low] + slopes[high] - 2 * chord) / (width * width)
    return min(max(ys[low] + t * (slopes[low] + t * (square + t * cube)), ys[low]), ys[high])
  }
}
