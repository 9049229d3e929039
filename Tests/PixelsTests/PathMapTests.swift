import Pixels
import TestSupport
import Testing

struct PathMapTests {
  private func map(_ points: [SIMD2<Double>]) throws -> Drawing {
    let picture = Image(width: 40, height: 40, filledWith: Colour(0, 200, 0))
    return try PathMap(
      panels: [
        PathMap.Panel(title: "prompts", subtitle: "91 % & more", points: points),
        PathMap.Panel(title: "noise", subtitle: "", points: points.map { _ in [2, 2] }),
      ],
      landmarks: [0, points.count - 1].map { PathMap.Landmark(point: $0, picture: picture, label: "a <cat>") }
    ).draw()
  }

  @Test func eachPanelHasItsLandmarks() throws {
    let text = try map([[0, 0], [1, 3], [-4, 2]]).svg()
    #expect(text.matches(of: #/<image /#).count == 4)
    #expect(text.matches(of: #/a &lt;cat&gt;/#).count == 4)
    #expect(text.contains("91 % &amp; more"))
  }

  /// Whatever the unit, way and pictures stay within their panels.
  @Test(arguments: [1e-6, 1, 1e9]) func everythingIsInSight(unit: Double) throws {
    let drawing = try map([[-3, -1], [2, 4], [5, -6], [-1, 0]].map { $0 * unit })
    let image = try drawing.image()
    var green = 0
    for y in 0..<image.height {
      for x in 0..<image.width where image[x, y] == Colour(0, 200, 0) { green += 1 }
    }
    // Two pictures in the one panel; in the other, where all points are one, one hides the other.
    #expect(green == 3 * 40 * 40)
    for x in 0..<image.width { #expect(image[x, image.height - 1] == .white) }
  }
}
