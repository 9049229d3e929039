/// How evenly and how sharply pictures lead from the first to the last: a film's figures.
///
/// Pictures are given one by one and none is kept; two numbers are, for each.
package struct PathMeasure: Sendable {
  /// How different each picture looks from the next; one fewer than there are pictures.
  package private(set) var distances: [Double] = []
  /// The sharpness of each picture.
  package private(set) var sharpness: [Double] = []
  private var first: Appearance?
  private var last: Appearance?

  package init() {}

  /// Takes the next picture; all have one size.
  package mutating func add(_ image: Image) {
    let look = Appearance(image)
    if let last { distances.append(last.dissimilarity(to: look)) }
    if first == nil { first = look }
    last = look
    sharpness.append(image.sharpness)
  }

  package var count: Int { sharpness.count }

  /// The way from picture to picture.
  package var length: Double { distances.reduce(0, +) }

  /// The distance from the first picture to the last; the way is never shorter.
  package var direct: Double { first.flatMap { a in last.map { a.dissimilarity(to: $0) } } ?? 0 }

  /// The largest distance of neighbours, and which picture is the first of them; nil where there are none.
  package var largest: (index: Int, distance: Double)? {
    distances.indices.max { distances[$0] < distances[$1] }.map { ($0, distances[$0]) }
  }

  /// The spread of the distances, pauses included.
  package var spread: Spread { Spread(distances) }

  /// The spread of the distances of neighbours that look different: without the pauses that were asked for.
  package var spreadWhileMoving: Spread { Spread(distances.filter { $0 > Self.standing }) }

  /// Less than this is a pause: what coding or rounding changes, and nobody sees.
  package static let standing = 0.003

  /// The sharpness that a picture would have on a straight line from the first one's to the last one's.
  private func expectedSharpness(at index: Int) -> Double {
    guard count > 1 else { return sharpness[index] }
    let t = Double(index) / Double(count - 1)
    return (1 - t) * sharpness[0] + t * sharpness[count - 1]
  }

  /// Each picture's sharpness beside what its place between the ends promises; nil where the ends show no detail.
  ///
  /// In a cross-fade of unrelated pictures it is (1 − t)² + t²: a half in the middle and two thirds on the mean.
  package var sharpnessOfEnds: [Double]? {
    guard count > 0, sharpness[0] > 0, sharpness[count - 1] > 0 else { return nil }
    return sharpness.indices.map { sharpness[$0] / expectedSharpness(at: $0) }
  }
}

/// How far numbers are spread, as parts of their mean.
package struct Spread: Sendable, Equatable {
  package let count: Int
  package let mean: Double
  /// The standard deviation over the mean; 0 where all are equal.
  package let variation: Double
  /// One minus the Gini coefficient, Σ|dᵢ − dⱼ| / (2 n² mean): 1 where all are equal, near 0 where one has everything.
  package let evenness: Double

  /// Of numbers none of which is negative; zeros alone, or no numbers, are even.
  package init(_ values: [Double]) {
    count = values.count
    mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    guard mean > 0 else {
      (variation, evenness) = (0, 1)
      return
    }
    let (n, mean) = (Double(values.count), mean)
    variation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot() / mean
    // Sorted, dᵢ is the larger one of i pairs and the smaller one of n − 1 − i.
    let pairs = values.sorted().enumerated().reduce(0) { $0 + (2 * Double($1.offset) - n + 1) * $1.element }
    evenness = 1 - pairs / (n * n * mean)
  }
}
