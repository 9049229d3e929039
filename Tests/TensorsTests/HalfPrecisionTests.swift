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
