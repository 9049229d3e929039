#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// A square with a keyframe at each corner: upper left, upper right, lower left, lower right.
package enum Grid {
  /// A place on it, both from 0 to 1: across from the left, down from the top.
  package struct Point: Sendable, Hashable {
    package let x: Double
    package let y: Double

    package init(x: Double, y: Double) { (self.x, self.y) = (x, y) }

    /// How much of each corner the place holds: bilinear, so that edges are straight ways between two corners.
    package var weights: [Weight] {
      [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y].enumerated()
        .map { Weight($0.offset, $0.element) }.filter { $0.value != 0 }
    }
  }

  /// The centres of a sheet's cells, row by row; the outer ones lie on the edges. At least two of either.
  package static func cells(columns: Int, rows: Int) -> [Point] {
    precondition(columns >= 2 && rows >= 2, "a sheet shows its corners")
    return (0..<rows).flatMap { row in
      (0..<columns).map {
        Point(x: Double($0) / Double(columns - 1), y: Double(row) / Double(rows - 1))
      }
    }
  }

  /// A way over the square.
  package enum Route: String, CaseIterable, Sendable {
    /// Row after row, to the right and back to the left, from the first corner to one of the lower ones.
    case rows
    /// Once around through the middles of the edges; the end meets the beginning.
    case circle

    /// `count` places, each as far from the next as the others: two at least.
    ///
    /// A circle has no place twice, for the film goes on with its first frame.
    package func points(_ count: Int, rows: Int) -> [Point] {
      precondition(count >= 2 && rows >= 2, "a way has two ends")
      switch self {
      case .rows: return (0..<count).map { Self.alongRows(Double($0) / Double(count - 1), rows: rows) }
      case .circle:
        return (0..<count).map {
          let angle = 2 * Double.pi * Double($0) / Double(count)
          return Point(x: (1 + sin(angle)) / 2, y: (1 - cos(angle)) / 2)
        }
      }
    }

    /// The place after the part `t` of the way, 0 to 1. Rows are 1 long, and steps down 1 in all.
    private static func alongRows(_ t: Double, rows: Int) -> Point {
      let step = 1 / Double(rows - 1)
      let gone = t * (Double(rows) + 1)
      let row = min(Int(gone / (1 + step)), rows - 1)
      let inRow = gone - Double(row) * (1 + step)
      let across = min(max(inRow, 0), 1)
      let y = Double(row) * step + min(max(inRow - 1, 0), step)
      return Point(x: row % 2 == 0 ? across : 1 - across, y: row == rows - 1 ? 1 : y)
    }
  }
}
