import Foundation
import Tensors
import TestSupport
import Testing

/// out[k] = a·in[k] + b·sin(c·t + d·k), in double precision.
struct FakeModel {
  let a, b, c, d: Double

  init(_ json: JSON) throws {
    a = try #require(json["a"].double)
    b = try #require(json["b"].double)
    c = try #require(json["c"].double)
    d = try #require(json["d"].double)
  }

  func callAsFunction(_ x: NDArray, at t: Double) -> NDArray {
    let values = x.values.enumerated().map { k, value in
      Float(a * Double(value) + b * sin(c * t + d * Double(k)))
    }
    return NDArray(values, shape: x.shape)
  }
}
