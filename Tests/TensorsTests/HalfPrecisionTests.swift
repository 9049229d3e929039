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
