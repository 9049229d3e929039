import Diffusion
import Foundation
import Pixels
import Synchronization
import Tensors
import TestSupport
import Testing
import Walk

@Suite(.timeLimit(.minutes(10))) struct InterpolationGoldens {
  typealias Way = @Sendable ([Double], [Double], Double) -> [Double]

  static let ways: KeyValuePairs<String, Way> = [
    "lerp": { lerp($0, $1, $2) },
    "slerp_exact": { slerp($0, $1, $2) },
    "slerp_threshold": { slerp($0, $1, $2, straightAbove: 0.9995) },
  ]

  @Test func interpolation() throws {
    var compared = 0
    for golden in try Golden.cases(in: "walk") where golden.inputs["t"] != nil {
      let (a, b) = (try golden.inputDoubles("a"), try golden.inputDoubles("b"))
      let ts = try golden.inputDoubles("t")
      for (name, way) in Self.ways {
        guard let tensor = golden.expected[name] else { continue }
        let found = ts.flatMap { way(a, b, $0) }
        // A tensor stored as F32 is the truth to half a unit of its last place only.
        if tensor.json["dtype"].string == "F32" {
          #expect(try golden.difference(NDArray(found.map(Float.init), shape: tensor.shape), from: name) == nil)
        } else {
          #expect(try golden.difference(found, from: name) == nil)
        }
        compared += 1
      }
      // Whatever stands in for a way that is not defined: finite, and at the ends the ends.
      for t in ts { #expect(slerp(a, b, t).allSatisfy { $0.isFinite }) }
      #expect(slerp(a, b, 0) == a && slerp(a, b, 1) == b)
    }
    #expect(compared >= 50)
  }

  static let curves: KeyValuePairs<String, Easing> = [
    "linear": .linear, "smoothstep": .smooth, "sine_in": .easeIn, "sine_out": .easeOut,
  ]

  @Test func easing() throws {
    let golden = try #require(Golden.cases(in: "walk") { $0 == "easing" }.first)
    let xs = try golden.inputDoubles("x")
    for (name, easing) in Self.curves {
      #expect(try golden.difference(xs.map { easing($0) }, from: name) == nil)
    }
  }

  @Test(arguments: Easing.allCases) func easingIsMonotoneAndMeetsItsEnds(easing: Easing) {
    let ys = (0...1000).map { easing(Double($0) / 1000) }
    #expect(ys.first == 0 && ys.last == 1)
    #expect(zip(ys, ys.dropFirst()).allSatisfy { $0 < $1 })
  }
}
