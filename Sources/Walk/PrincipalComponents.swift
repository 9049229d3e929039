/// Points of many dimensions, seen from the two directions in which they spread most (principal component analysis:
/// Pearson 1901, Hotelling 1933).
package struct PrincipalComponents: Sendable {
  /// Each point's coordinates along the first and the second direction, from the points' mean.
  package let coordinates: [SIMD2<Double>]
  /// How much of the points' spread, the sum of squared distances from their mean, either direction shows: 0 to 1.
  package let shares: SIMD2<Double>

  /// `points` all have the same number of coordinates.
  ///
  /// Of n points of many dimensions the n × n matrix of inner products is decomposed: its eigenvectors, each times the
  /// root of its eigenvalue, are the coordinates. The first point lies to the left of the last one and, where it can,
  /// above the points' mean. Points that differ by no more than rounding are one: they show no spread.
  package init(_ points: [[Float]]) {
    precondition(!points.isEmpty && points.allSatisfy { $0.count == points[0].count }, "points of one space")
    let (values, vectors) = eigen(Self.innerProducts(points))
    let order = values.indices.sorted { values[$0] > values[$1] }.prefix(2)
    let spread = values.reduce(0) { $0 + max($1, 0) }
    guard spread > 1e-12 * Self.squares(points) else {
      coordinates = points.map { _ in SIMD2(0, 0) }
      shares = SIMD2(0, 0)
      return
    }
    var axes = order.map { k in vectors.map { $0[k] * max(values[k], 0).squareRoot() } }
    while axes.count < 2 { axes.append(points.map { _ in 0 }) }
    if axes[0][0] > axes[0][points.count - 1] { axes[0] = axes[0].map { -$0 } }
    // Coordinates grow downwards in a picture.
    if axes[1][0] > 0 { axes[1] = axes[1].map { -$0 } }
    coordinates = points.indices.map { SIMD2(axes[0][$0], axes[1][$0]) }
    let shown = order.map { max(values[$0], 0) / spread }
    shares = SIMD2(shown[0], shown.count > 1 ? shown[1] : 0)
  }

  /// The sum of all coordinates' squares.
  private static func squares(_ points: [[Float]]) -> Double {
    var sum = 0.0
    for point in points {
      for x in point { sum += Double(x) * Double(x) }
    }
    return sum
  }

  /// ⟨xᵢ − mean, xⱼ − mean⟩.
  private static func innerProducts(_ points: [[Float]]) -> [[Double]] {
    let n = points.count
    var mean = [Double](repeating: 0, count: points[0].count)
    for point in points {
      for i in point.indices { mean[i] += Double(point[i]) / Double(n) }
    }
    let centred = points.map { zip($0, mean).map { Double($0) - $1 } }
    var products = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for i in 0..<n {
      for j in 0...i {
        let product = zip(centred[i], centred[j]).reduce(0) { $0 + $1.0 * $1.1 }
        (products[i][j], products[j][i]) = (product, product)
      }
    }
    return products
  }
}

/// Eigenvalues of a symmetric matrix, and its eigenvectors as columns: Jacobi's rotations, each of which makes one entry
/// off the diagonal zero (Golub and Van Loan, "Matrix Computations", 8.5).
private func eigen(_ matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
  var a = matrix
  let n = a.count
  var v = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
  func offDiagonal() -> Double {
    var sum = 0.0
    for i in 0..<n {
      for j in 0..<i { sum += a[i][j] * a[i][j] }
    }
    return sum
  }
  let size = a.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } }
  // Each sweep squares what is left; a handful is enough.
  var sweeps = 0
  while offDiagonal() > 1e-24 * size, sweeps < 30 {
    sweeps += 1
    for p in 0..<n {
      for q in p + 1..<n where a[p][q] != 0 {
        let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<n { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
        for k in 0..<n { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
        for k in 0..<n { (v[k][p], v[k][q]) = (c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]) }
      }
    }
  }
  return ((0..<n).map { a[$0][$0] }, v)
}
