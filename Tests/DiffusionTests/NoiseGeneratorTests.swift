import Diffusion
import Tensors
import TestSupport
import Testing

@Suite struct NoiseGeneratorTests {
  /// Kinds of cases that are about what we do not offer.
  static let unsupported = [
    "dtype-": "draws in other types than single precision, each with an order of its own"
  ]

  static func cases(_ prefix: String) throws -> [Golden] {
    try Golden.cases(in: "rng") { $0.hasPrefix(prefix) }
  }

  @Test func everyCaseIsTestedOrNamedUnsupported() throws {
    let tested = ["seed", "sequence-", "rand-", "u32-", "per-image-generators"]
    for golden in try Golden.cases(in: "rng") {
      let kinds = tested + Self.unsupported.keys
      #expect(kinds.contains { golden.id.hasPrefix($0) }, "\(golden)")
    }
  }

  @Test(arguments: try cases("seed"))
  func drawsTorchsNumbers(_ golden: Golden) throws {
    let count = try #require(golden.json["n"].int)
    var noise = NoiseGenerator(seed: try seed(golden.json["seed"]))
    let values = noise.next(shape: [count]).values
    let ends = min(count, 64)
    check(try golden.difference(NDArray(Array(values.prefix(ends)), shape: [ends]), from: "first"))
    check(try golden.difference(NDArray(Array(values.suffix(ends)), shape: [ends]), from: "last"))
  }

  @Test(arguments: try cases("sequence-"))
  func goesOnFromDrawToDraw(_ golden: Golden) throws {
    var noise = NoiseGenerator(seed: try seed(golden.json["seed"]))
    for (i, size) in golden.json["sizes"].list.enumerated() {
      let draw = noise.next(shape: [try #require(size.int)])
      check(try golden.difference(draw, from: "draw\(i)"))
    }
  }

  @Test(arguments: try cases("per-image-generators"))
  func drawsEveryPictureFromItsOwnSeed(_ golden: Golden) throws {
    let wanted = try golden.output("x")
    var values: [Float] = []
    for json in golden.json["seeds"].list {
      var noise = NoiseGenerator(seed: try seed(json))
      values += noise.next(shape: Array(wanted.shape.dropFirst())).values
    }
    check(try golden.difference(NDArray(values, shape: wanted.shape), from: "x"))
  }

  @Test(arguments: try cases("rand-"))
  func drawsTorchsUniformNumbers(_ golden: Golden) throws {
    var noise = NoiseGenerator(seed: try seed(golden.json["seed"]))
    let found = try golden.output("u").values.map { _ in Double(noise.uniform()) }
    check(try golden.difference(found, from: "u"))
  }

  @Test(arguments: try cases("u32-"))
  func drawsTorchsBits(_ golden: Golden) throws {
    var bits = MersenneTwister(seed: UInt32(truncatingIfNeeded: try seed(golden.json["seed"])))
    let found = try golden.outputDoubles("u32").map { _ in Double(bits.next()) }
    check(try golden.difference(found, from: "u32"))
  }

  @Test func onlyTheLowBitsOfTheSeedCount() {
    var small = NoiseGenerator(seed: 7)
    var large = NoiseGenerator(seed: 7 + 1 << 32)
    #expect(small.next(shape: [4, 8, 8]) == large.next(shape: [4, 8, 8]))
  }

  @Test func aCopyGoesOnByItself() {
    var noise = NoiseGenerator(seed: 3)
    _ = noise.next(shape: [5])
    var copy = noise
    #expect(noise.next(shape: [5]) == copy.next(shape: [5]))
  }

  private func seed(_ json: JSON) throws -> UInt64 {
    UInt64(try #require(json.double))
  }
}
