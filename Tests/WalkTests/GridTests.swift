import Testing
import Walk

struct GridTests {
  @Test func weightsAreBilinear() {
    #expect(Grid.Point(x: 0, y: 0).weights == [Weight(0, 1)])
    #expect(Grid.Point(x: 1, y: 0).weights == [Weight(1, 1)])
    #expect(Grid.Point(x: 0, y: 1).weights == [Weight(2, 1)])
    #expect(Grid.Point(x: 1, y: 1).weights == [Weight(3, 1)])
    #expect(Grid.Point(x: 0.25, y: 0).weights == [Weight(0, 0.75), Weight(1, 0.25)])
    #expect(Grid.Point(x: 0.5, y: 0.5).weights == (0..<4).map { Weight($0, 0.25) })
    for (x, y) in [(0.1, 0.9), (0.37, 0.2), (1, 0.3)] {
      #expect(abs(Grid.Point(x: x, y: y).weights.reduce(0) { $0 + $1.value } - 1) < 1e-15)
    }
  }

  @Test func cellsReachTheCorners() {
    let cells = Grid.cells(columns: 3, rows: 2)
    #expect(cells.map(\.x) == [0, 0.5, 1, 0, 0.5, 1])
    #expect(cells.map(\.y) == [0, 0, 0, 1, 1, 1])
  }

  private func distance(_ a: Grid.Point, _ b: Grid.Point) -> Double {
    ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }

  @Test(arguments: [2, 3, 8]) func rowsAreTravelledEvenly(rows: Int) {
    let count = 60 * (rows + 1) * (rows - 1) + 1
    let points = Grid.Route.rows.points(count, rows: rows)
    #expect(points[0] == Grid.Point(x: 0, y: 0))
    let last = points[count - 1]
    #expect(last.y == 1 && abs(last.x - (rows % 2 == 0 ? 0 : 1)) < 1e-9)
    // Here a step never goes around a corner.
    let step = Double(rows + 1) / Double(count - 1)
    for (a, b) in zip(points, points.dropFirst()) { #expect(abs(distance(a, b) - step) < 1e-9) }
    for point in points { #expect((0...1).contains(point.x) && (0...1).contains(point.y)) }
    // Every row is passed from end to end.
    for row in 0..<rows {
      let onRow = points.filter { abs($0.y - Double(row) / Double(rows - 1)) < 1e-9 }
      #expect(onRow.contains { $0.x < 1e-9 } && onRow.contains { $0.x > 1 - 1e-9 })
    }
  }

  @Test func aCircleIsClosedAndEven() {
    let points = Grid.Route.circle.points(40, rows: 8)
    let steps = points.indices.map { distance(points[$0], points[($0 + 1) % 40]) }
    #expect(steps.max()! - steps.min()! < 1e-12)
    #expect(Set(points).count == 40)
    for point in points { #expect(abs(distance(point, Grid.Point(x: 0.5, y: 0.5)) - 0.5) < 1e-12) }
  }
}
