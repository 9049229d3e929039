import Foundation
import Tensors
import Testing
import Walk

@Suite struct InterpolationGoldens {
  typealias Way = @Sendable ([Double], [Double], Double) -> [Double]

  static let ways: [String: Way] = [
    "lerp": { lerp($0, $1, $2) },
    "slerp_exact": { slerp($0, $1, $2) },
    "slerp_threshold": { slerp($0, $1, $2, straightAbove: 0.9995) },
  ]

  @Test(arguments: Goldens.folders) func interpolation(folder: URL) throws {
    var compared = 0
    for golden in try Goldens.read(folder).cases where golden.inputs["t"] != nil {
      let file = try SafetensorsFile(contentsOf: folder.appending(path: golden.file))
      func values(_ entry: Goldens.Entry?) throws -> [Double] { try file.doubles(#require(entry).key) }
      let (a, b) = (try values(golden.inputs["a"]), try values(golden.inputs["b"]))
      for (name, way) in Self.ways {
        guard let entry = golden.expected[name] else { continue }
        let expected = try values(entry)
        // Tensors stored as F32 are the truth to half a unit of their last place only.
        let stored = file[entry.key]?.type == .f32 ? 3e-7 * (expected.map(abs).max() ?? 0) : 0
        let tolerance = try #require(entry.atol_f64) + stored
        let found = try values(golden.inputs["t"]).flatMap { way(a, b, $0) }
        #expect(found.count == expected.count)
        let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(error <= tolerance, "\(golden.id) \(name): \(error) > \(tolerance)")
        compared += 1
      }
      // Whatever stands in for a way that is not defined: finite, and at the ends the ends.
      for t in try values(golden.inputs["t"]) { #expect(slerp(a, b, t).allSatisfy { $0.isFinite }) }
      #expect(slerp(a, b, 0) == a && slerp(a, b, 1) == b)
    }
    #expect(compared >= 50)
  }

  static let curves: [String: Easing] = ["linear": .linear, "smoothstep": .smooth, "sine_in": .easeIn, "sine_out": .easeOut]

  @Test(arguments: Goldens.folders) func easing(folder: URL) throws {
    let golden = try #require(Goldens.read(folder).cases.first { $0.id == "easing" })
    let file = try SafetensorsFile(contentsOf: folder.appending(path: golden.file))
    let xs = try file.doubles(#require(golden.inputs["x"]).key)
    for (name, easing) in Self.curves {
      let entry = try #require(golden.expected[name])
      for (x, y) in zip(xs, try file.doubles(entry.key)) {
        #expect(abs(easing(x) - y) <= (entry.atol_f64 ?? 0), "\(name) at \(x)")
      }
    }
  }

  @Test(arguments: Easing.allCases) func easingIsMonotoneAndMeetsItsEnds(easing: Easing) {
    let ys = (0...1000).map { easing(Double($0) / 1000) }
    #expect(ys.first == 0 && ys.last == 1)
    #expect(zip(ys, ys.dropFirst()).allSatisfy { $0 < $1 })
  }
}
