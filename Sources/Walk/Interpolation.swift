public import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// The straight line from `a` to `b`: (1 − t)·a + t·b, in double precision.
///
/// At t = 0 and t = 1 it is `a` and `b` to the bit. Both have the same number of values.
public func lerp(_ a: [Double], _ b: [Double], _ t: Double) -> [Double] {
  sum(a, b, .lerp(t))
}

/// The arc from `a` to `b`: sin((1−t)θ)/sin θ · a + sin(tθ)/sin θ · b, in double precision.
///
/// θ is the angle between the two as whole vectors (Shoemake 1985); neither is normalised, so
/// lengths that differ change smoothly along the way. Two independent noises are nearly at right
/// angles and of equal length, and so is every mix of them.
///
/// Where the arc is not defined the straight line stands in: for a vector of length zero, and
/// within 1e-7 of θ = 0 (where both agree) and of θ = π (where no direction is better than
/// another). `straightAbove` widens this to all pairs with |cos θ| above it; other tools use
/// 0.9995, at the price of a jump there.
public func slerp(_ a: [Double], _ b: [Double], _ t: Double, straightAbove cosine: Double = 1) -> [Double] {
  sum(a, b, .slerp(a, b, t, straightAbove: cosine))
}

/// The straight line from `a` to `b`, computed in double precision and rounded once.
public func lerp(_ a: [Float], _ b: [Float], _ t: Double) -> [Float] {
  sum(a, b, .lerp(t))
}

/// The arc from `a` to `b`, computed in double precision and rounded once.
public func slerp(_ a: [Float], _ b: [Float], _ t: Double, straightAbove cosine: Double = 1) -> [Float] {
  sum(a, b, .slerp(a, b, t, straightAbove: cosine))
}

/// The straight line between two arrays of one shape.
public func lerp(_ a: NDArray, _ b: NDArray, _ t: Double) -> NDArray {
  precondition(a.shape == b.shape, "no line from \(a.shape) to \(b.shape)")
  return NDArray(lerp(a.values, b.values, t), shape: a.shape)
}

/// The arc between two arrays of one shape, each taken as one vector.
public func slerp(_ a: NDArray, _ b: NDArray, _ t: Double, straightAbove cosine: Double = 1) -> NDArray {
  precondition(a.shape == b.shape, "no arc from \(a.shape) to \(b.shape)")
  return NDArray(slerp(a.values, b.values, t, straightAbove: cosine), shape: a.shape)
}

/// How much of each end the arc holds at `t`: other things that belong to the ends are mixed in the same way.
package func slerpWeights(_ a: NDArray, _ b: NDArray, _ t: Double) -> (a: Double, b: Double) {
  let weights = Weights.slerp(a.values, b.values, t, straightAbove: 1)
  return (weights.a, weights.b)
}

/// How much of each end a point between two ends holds.
private struct Weights {
  let a: Double
  let b: Double

  static func lerp(_ t: Double) -> Weights {
    Weights(a: 1 - t, b: t)
  }

  static func slerp<T: BinaryFloatingPoint>(_ a: [T], _ b: [T], _ t: Double, straightAbove cosine: Double) -> Weights {
    if t == 0 || t == 1 { return lerp(t) }
    guard let theta = angle(a, b), min(theta, .pi - theta) > 1e-7, abs(cos(theta)) <= cosine else { return lerp(t) }
    return Weights(a: sin((1 - t) * theta) / sin(theta), b: sin(t * theta) / sin(theta))
  }
}

/// The angle between two vectors, 0 to π, exact near both ends; nil where one has no length.
///
/// 2·atan2(|â − b̂|, |â + b̂|) (Kahan, "How futile are mindless assessments of roundoff", 2006):
/// the arc cosine of the dot product would lose half the digits there.
private func angle<T: BinaryFloatingPoint>(_ a: [T], _ b: [T]) -> Double? {
  let (lengthA, lengthB) = (length(a), length(b))
  guard lengthA > 0, lengthB > 0, lengthA.isFinite, lengthB.isFinite else { return nil }
  var (apart, together) = (0.0, 0.0)
  for i in a.indices {
    let (x, y) = (Double(a[i]) / lengthA, Double(b[i]) / lengthB)
    apart += (x - y) * (x - y)
    together += (x + y) * (x + y)
  }
  return 2 * atan2(apart.squareRoot(), together.squareRoot())
}

private func length<T: BinaryFloatingPoint>(_ a: [T]) -> Double {
  var squares = 0.0
  for x in a { squares += Double(x) * Double(x) }
  return squares.squareRoot()
}

private func sum<T: BinaryFloatingPoint>(_ a: [T], _ b: [T], _ w: Weights) -> [T] {
  precondition(a.count == b.count, "no way from \(a.count) values to \(b.count)")
  if w.b == 0, w.a == 1 { return a }
  if w.a == 0, w.b == 1 { return b }
  return [T](unsafeUninitializedCapacity: a.count) { out, count in
    for i in a.indices { out.initializeElement(at: i, to: T(w.a * Double(a[i]) + w.b * Double(b[i]))) }
    count = a.count
  }
}
