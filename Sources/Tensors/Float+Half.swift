extension Float {
  /// The value of an IEEE 754 half-precision number (binary16), exactly.
  ///
  /// Shifting moves exponent and fraction to their places, and an addition corrects the
  /// exponent's bias. Subnormals get an exponent too much, which a subtraction takes away.
  @inlinable
  package init(half bits: UInt16) {
    let bias = UInt32(127 - 15) << 23
    let magnitude = UInt32(bits & 0x7FFF) << 13 + bias
    let value: Float
    switch bits & 0x7C00 {
    case 0: value = Float(bitPattern: magnitude + 1 << 23) - Float(bitPattern: bias + 1 << 23)
    case 0x7C00: value = Float(bitPattern: magnitude + bias)
    default: value = Float(bitPattern: magnitude)
    }
    self.init(bitPattern: value.bitPattern | UInt32(bits & 0x8000) << 16)
  }

  /// The value of a bfloat16 number, exactly: the upper half of a Float's bits.
  @inlinable
  package init(bfloat bits: UInt16) {
    self.init(bitPattern: UInt32(bits) << 16)
  }
}
