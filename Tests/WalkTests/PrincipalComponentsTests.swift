import Foundation
import Testing
import Walk

struct PrincipalComponentsTests {
  /// Points of a plane that lies askew in a space of six dimensions.
  private func plane(_ points: [SIMD2<Double>]) -> [[Float]] {
    // Two directions at right angles, each of length 1, and a place off the origin.
    let a = [0.5, 0.5, 0.5, 0.5, 0, 0]
    let b = [0.1, -0.1, 0.1, -0.1, 0.7, -0.6855654600401044]
    return points.map { p in (0..<6).map { Float(p.x * a[$0] + p.y * b[$0] + Double($0) * 3) } }
  }

  private func distance(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
    let d = a - b
    return (d * d).sum().squareRoot()
  }

  @Test func aPlaneComesBack() {
    let points: [SIMD2<Double>] = [[-3, 1], [-2, -0.5], [0, 0.2], [1, 1.5], [2, -1], [4, 0]]
    let seen = PrincipalComponents(plane(points))
    for i in points.indices {
      for j in points.indices {
        #expect(abs(distance(seen.coordinates[i], seen.coordinates[j]) - distance(points[i], points[j])) < 1e-5)
      }
    }
    #expect(abs(seen.shares.x + seen.shares.y - 1) < 1e-9)
    #expect(seen.shares.x > seen.shares.y)
    #expect(seen.coordinates[0].x < seen.coordinates[5].x)
    let mean = seen.coordinates.reduce(SIMD2(0, 0), +)
    #expect(abs(mean.x) < 1e-9 && abs(mean.y) < 1e-9)
  }

  /// A known case: corners of a box of sides 6, 4 and 2 spread by 9 : 4 : 1.
  @Test func sharesAreThoseOfABox() {
    let corners = (0..<8).map { i in
      [Float(i & 1 == 0 ? -3 : 3), Float(i & 2 == 0 ? -2 : 2), Float(i & 4 == 0 ? -1 : 1)]
    }
    let seen = PrincipalComponents(corners)
    #expect(abs(seen.shares.x - 9.0 / 14) < 1e-9)
    #expect(abs(seen.shares.y - 4.0 / 14) < 1e-9)
    for point in seen.coordinates { #expect(abs(abs(point.x) - 3) < 1e-6 && abs(abs(point.y) - 2) < 1e-6) }
  }

  @Test func pointsOnALineStayInOrder() {
    let seen = PrincipalComponents((0..<20).map { t in (0..<500).map { Float(t * ($0 % 7 - 3)) } })
    #expect(abs(seen.shares.x - 1) < 1e-9)
    for (a, b) in zip(seen.coordinates, seen.coordinates.dropFirst()) { #expect(a.x < b.x) }
  }

  @Test func onePointIsAtTheMiddle() {
    for points in [[[Float(1), 2, 3]], [[1, 2], [1, 2], [1, 2]], [[1, 2], [1, 2.0000002], [0.99999994, 2]]] {
      let seen = PrincipalComponents(points)
      #expect(seen.coordinates.allSatisfy { $0 == SIMD2(0, 0) })
      #expect(seen.shares == SIMD2(0, 0))
    }
  }
}
