import Foundation
import Pixels
import TestSupport
import Testing

struct PathMeasureTests {
  @Test func spreadIsWhatItsFormulasSay() {
    let even = Spread([2, 2, 2, 2])
    #expect((even.mean, even.variation, even.evenness) == (2, 0, 1))
    // One has everything: Gini is 1 − 1/n, the deviation √(n − 1) means.
    let one = Spread([0, 0, 0, 8])
    #expect(abs(one.evenness - 0.25) < 1e-12 && abs(one.variation - 3.0.squareRoot()) < 1e-12)
    // Σ|dᵢ − dⱼ| of 1, 2, 3 is 8, over 2 · 9 · 2.
    #expect(abs(Spread([3, 1, 2]).evenness - (1 - 8.0 / 36)) < 1e-12)
    #expect(Spread([]).evenness == 1 && Spread([0, 0]).evenness == 1)
  }

  private func measure(_ images: [Image]) -> PathMeasure {
    images.reduce(into: PathMeasure()) { $0.add($1) }
  }

  @Test func aJumpIsTheLargestGap() throws {
    let walk = DissimilarityTests.walk
    let jump = measure([walk[0], walk[1], walk[2], walk[7], walk[6]])
    #expect(jump.count == 5 && jump.distances.count == 4)
    #expect(jump.largest?.index == 2)
    #expect(jump.largest?.distance == dissimilarity(walk[2], walk[7]))
    #expect(jump.spread.evenness < 0.5)
    #expect(jump.direct == dissimilarity(walk[0], walk[6]))
    #expect(jump.length > jump.direct)
  }

  @Test func pausesAreCountedApart() {
    let walk = DissimilarityTests.walk
    let paused = measure([walk[0], walk[0], walk[0], walk[2], walk[4], walk[4]])
    #expect(paused.spread.count == 5 && paused.spreadWhileMoving.count == 2)
    #expect(paused.spreadWhileMoving.evenness > paused.spread.evenness)
  }

  /// A cross-fade is smooth, and that alone would praise it; its sharpness tells.
  @Test func aCrossFadeIsEvenButNotSharp() throws {
    let (car, tiger) = (DissimilarityTests.car, DissimilarityTests.tiger)
    let fade = measure((0...24).map { car.faded(to: tiger, by: Double($0) / 24) })
    #expect(fade.spread.evenness > 0.8)
    let ratios = try #require(fade.sharpnessOfEnds)
    #expect(ratios.min()! < 0.55)
    #expect(ratios.reduce(0, +) / 25 < 0.7)
    #expect(ratios[0] == 1 && ratios[24] == 1)
    // A picture that only moves keeps its sharpness.
    let slide = measure((0...24).map { car.rolled(by: 2 * $0) })
    #expect(try #require(slide.sharpnessOfEnds).min()! > 0.9)
  }

  @Test func flatEndsHaveNoSharpness() {
    let flat = measure([.white, .black].map { Image(width: 16, height: 16, filledWith: $0) })
    #expect(flat.sharpnessOfEnds == nil)
    #expect(flat.spread.evenness == 1)
  }

  @Test func thePlotHasBothCurves() throws {
    let plot = measure(DissimilarityTests.walk).plot(title: "film.mp4 & <more>")
    let text = try plot.svg()
    for part in ["distance to the next frame", "sharpness", "film.mp4 &amp; &lt;more&gt;", ">7<"] {
      #expect(text.contains(part))
    }
    let image = try plot.image()
    #expect((image.width, image.height) == (plot.width, plot.height))
  }
}

extension Image {
  /// The picture moved to the right; what leaves it comes in at the left.
  fileprivate func rolled(by columns: Int) -> Image {
    var image = self
    for y in 0..<height {
      for x in 0..<width { image[(x + columns) % width, y] = self[x, y] }
    }
    return image
  }
}
