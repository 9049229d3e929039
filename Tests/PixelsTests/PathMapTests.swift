import Pixels
import TestSupport
import Testing

struct PathMapTests {
  private func map(_ points: [SIMD2<Double>], seeds: [String] = ["7", "8"]) throws -> Drawing {
    let picture = Image(width: 40, height: 40, filledWith: Colour(0, 200, 0))
    return try PathMap(
      panels: [
        PathMap.Panel(title: "prompts", subtitle: "91 % & more", points: points),
        PathMap.Panel(title: "noise", subtitle: "", points: points.map { _ in [2, 2] }),
      ],
      landmarks: zip([0, points.count - 1], seeds).map {
        PathMap.Landmark(point: $0, picture: picture, label: "a <cat>", seed: $1)
      }
    ).draw()
  }

  @Test func eachPanelHasItsLandmarks() throws {
    let text = try map([[0, 0], [1, 3], [-4, 2]]).svg()
    #expect(text.matches(of: #/<image /#).count == 4)
    #expect(text.matches(of: #/a &lt;cat&gt;/#).count == 4)
    #expect(text.contains("91 % &amp; more"))
  }

  /// A walk that ends where it began; the panel in which all points are one shows two keyframes for all that.
  @Test func aKeyframeIsShownOnce() throws {
    #expect(try map([[0, 0], [1, 3], [0, 0]], seeds: ["7", "7"]).svg().matches(of: #/<image /#).count == 2)
    #expect(try map([[0, 0], [1, 3], [0, 0]]).svg().matches(of: #/<image /#).count == 4)
  }

  @Test func aLongSeedIsTold() throws {
    let text = try map([[0, 0], [1, 3]], seeds: ["12345678901234567890", "12345678901234567891"]).svg()
    #expect(text.contains("567890<") && text.contains("567891<"))
  }

  /// Whatever the unit, way and pictures stay within their panels.
  @Test(arguments: [1e-6, 1, 1e9]) func everythingIsInSight(unit: Double) throws {
    let drawing = try map([[-3, -1], [2, 4], [5, -6], [-1, 0]].map { $0 * unit })
    let image = try drawing.image()
    var green = 0
    for y in 0..<image.height {
      for x in 0..<image.width where image[x, y] == Colour(0, 200, 0) { green += 1 }
    }
    // Two pictures in each panel; also where all points are one, neither hides the other.
    #expect(green == 4 * 40 * 40)
    for x in 0..<image.width { #expect(image[x, image.height - 1] == .white) }
  }
}
