/// A generator whose numbers follow from its seed (Steele et al., 2014: SplitMix64).
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

extension Array where Element == UInt8 {
  /// The bytes with one to four random faults within `range`: changed, removed, doubled, moved or replaced by
  /// something that JSON readers stumble over.
  package func mutated(in range: Range<Int>, using random: inout SeededGenerator) -> [UInt8] {
    var bytes = self
    var end = range.upperBound
    for _ in 0..<Int.random(in: 1...4, using: &random) where range.lowerBound < end {
      let i = Int.random(in: range.lowerBound..<end, using: &random)
      let j = Swift.min(end, i + Int.random(in: 1...16, using: &random))
      let before = bytes.count
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[i] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[i] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.removeSubrange(i..<j)
      case 3: bytes.insert(contentsOf: bytes[i..<j], at: i)
      case 4: bytes.replaceSubrange(i..<j, with: Self.obstacles.randomElement(using: &random) ?? [])
      default: bytes.insert(contentsOf: Self.obstacles.randomElement(using: &random) ?? [], at: i)
      }
      end += bytes.count - before
    }
    return bytes
  }

  private static let obstacles: [[UInt8]] =
    [
      "-1", "0", "1e3", "1.0", "9223372036854775807", "18446744073709551615", "4294967296", "\"", "\\", "\\u0000",
      "\\ud800", "null", "true", "[", "]", "{", "}", ",", ":", "[[[[", "{\"a\":", "\"shape\":[", "\"F16\"", "\"F64\"",
      "\"BOOL\"", "é",
    ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80], [0], [0xED, 0xA0, 0x80]]
}
