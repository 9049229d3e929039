import Tensors
import Testing

@Suite struct HalfPrecisionTests {
  /// The compiler's own conversion is the reference.
  @Test func halfEqualsFloat16ForAllBits() {
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let value = Float(half: bits)
      if expected.isNaN {
        #expect(value.isNaN, "bits \(bits)")
      } else if value.bitPattern != expected.bitPattern {
        Issue.record("bits \(bits): \(value), expected \(expected)")
      }
    }
  }

  /// Stored numbers are read many at a time where they are aligned, and one by one elsewhere.
  @Test(arguments: [StoredType.f16, .bf16], [0, 1])
  func readsAllBits(type: StoredType, misaligned: Int) {
    let bits = Array(UInt16.min...UInt16.max)
    let bytes = [UInt8](repeating: 0, count: misaligned) + bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    var found = [Float](repeating: 0, count: bits.count)
    bytes.withUnsafeBytes { type.read(UnsafeRawBufferPointer(rebasing: $0.dropFirst(misaligned)), into: &found) }
    for (bits, value) in zip(bits, found) {
      let expected = type == .f16 ? Float(half: bits) : Float(bfloat: bits)
      if value.bitPattern != expected.bitPattern { Issue.record("bits \(bits): \(value), expected \(expected)") }
    }
  }

  private static let nans: [UInt32] = [
    0x7FC0_0000, 0xFFC0_0000, 0x7F80_0001, 0xFF80_0001, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x7FFF_8000, 0x7F80_FFFF,
  ]

  /// Rounding its bits like a number's would make zero or infinity of some; a broken picture has to show.
  @Test(arguments: nans, [1, 15, 16, 17, 40]) func roundingKeepsANumberThatIsNone(bits: UInt32, count: Int) {
    for place in Set([0, count / 2, count - 1]) {
      var values = [Float](repeating: 1.5, count: count)
      values[place] = Float(bitPattern: bits)
      let shape = [1, 1, 1, count]
      let rounded = Tensor(values, shape: shape, scalar: .bfloat16)
      let moved = Tensor(channelsFirst: NDArray(values, shape: [1, count, 1, 1]), scalar: .bfloat16)
      // Sixteen at a time, and the rest one by one.
      let mean = Tensor.lerp(
        rounded, Tensor([Float](repeating: 0.5, count: count), shape: shape, scalar: .bfloat16), 0.5)
      for (tensor, other) in [(rounded, Float(1.5)), (moved, 1.5), (mean, 1)] {
        let found = tensor.floats
        #expect(found[place].isNaN, "at \(place) of \(count): \(found[place])")
        #expect(found.indices.allSatisfy { $0 == place || found[$0] == other })
      }
    }
  }

  @Test func roundingIsToTheNearestOfEvenBits() {
    let values: [Float] = [
      1, 1 + 0x1p-8, 1 + 0x1p-7, 1 + 0x1.8p-7, 0x1.FEp127, .greatestFiniteMagnitude, .infinity, -.infinity, 0, -0.0,
      .leastNonzeroMagnitude,
    ]
    let expected: [Float] = [
      1, 1, 1 + 0x1p-7, 1 + 0x1p-6, 0x1.FEp127, .infinity, .infinity, -.infinity, 0, -0.0, 0,
    ]
    let found = Tensor(values, shape: [values.count], scalar: .bfloat16).floats
    for (value, (found, expected)) in zip(values, zip(found, expected)) {
      #expect(found.bitPattern == expected.bitPattern, "\(value)")
    }
  }

  /// Sign, eight bits of exponent, seven of fraction, put together by arithmetic.
  @Test func bfloatEqualsItsDefinitionForAllBits() {
    for bits in UInt16.min...UInt16.max {
      let exponent = Int(bits >> 7 & 0xFF)
      let fraction = Double(bits & 0x7F) / 128
      let magnitude =
        switch (exponent, fraction) {
        case (255, 0): Double.infinity
        case (255, _): Double.nan
        case (0, _): fraction * 0x1p-126
        default: Double(sign: .plus, exponent: exponent - 127, significand: 1 + fraction)
        }
      let value = Double(Float(bfloat: bits))
      #expect(value.sign == (bits >> 15 == 0 ? .plus : .minus) || value.isNaN)
      if value.magnitude != magnitude, !(value.isNaN && magnitude.isNaN) {
        Issue.record("bits \(bits): \(value), expected \(magnitude)")
      }
    }
  }
}
