internal import Foundation
package import Tensors

/// Standard normal numbers, the same and in the same order as `torch.randn` with a CPU
/// generator that was seeded alike: draw after draw, to about 1.5e-6 (torch's own vector
/// path is not correctly rounded, ours is).
package struct NoiseGenerator: Sendable {
  private var bits: MersenneTwister
  /// The sine of the last pair that a short draw left over.
  private var spare: Double?

  /// Only the low 32 bits of `seed` count, as in torch.
  package init(seed: UInt64) {
    bits = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
  }

  /// The next numbers of the sequence, in C order.
  package mutating func next(shape: [Int]) -> NDArray {
    let count = shape.reduce(1, *)
    return NDArray(count < blockLength ? short(count) : long(count), shape: shape)
  }

  /// The next uniform number in 0..<1, of 24 random bits.
  package mutating func uniform() -> Float {
    Float(bits.next() & 0xFF_FFFF) * 0x1p-24
  }

  /// The next uniform number in 0..<1, of 53 random bits.
  private mutating func doubleUniform() -> Double {
    let high = UInt64(bits.next())
    let low = UInt64(bits.next())
    return Double((high << 32 | low) & (1 << 53 - 1)) * 0x1p-53
  }

  /// Fewer than a block: one after another, in double precision.
  private mutating func short(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      if let sine = spare {
        spare = nil
        return Float(sine)
      }
      let u1 = doubleUniform()
      let u2 = doubleUniform()
      let radius = (-2 * log1p(-u2)).squareRoot()
      spare = radius * sin(2 * .pi * u1)
      return Float(radius * cos(2 * .pi * u1))
    }
  }

  /// Whole blocks of uniform numbers, each turned into normal ones; a rest at the end
  /// is made by drawing the last block anew.
  private mutating func long(_ count: Int) -> [Float] {
    var values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for i in 0..<count { buffer.initializeElement(at: i, to: uniform()) }
      filled = count
    }
    for start in stride(from: 0, through: count - blockLength, by: blockLength) {
      boxMuller(&values, from: start)
    }
    if !count.isMultiple(of: blockLength) {
      for i in count - blockLength..<count { values[i] = uniform() }
      boxMuller(&values, from: count - blockLength)
    }
    return values
  }
}

/// Box–Muller runs over blocks of so many numbers: radii from the first half, angles from the second.
private let blockLength = 16

/// Turns the uniform block at `start` into normal numbers: cosines first, then sines.
private func boxMuller(_ values: inout [Float], from start: Int) {
  for i in start..<start + blockLength / 2 {
    let radius = (-2 * log(Double(1 - values[i]))).squareRoot()
    let angle = 2 * .pi * Double(values[i + blockLength / 2])
    values[i] = Float(radius * cos(angle))
    values[i + blockLength / 2] = Float(radius * sin(angle))
  }
}
