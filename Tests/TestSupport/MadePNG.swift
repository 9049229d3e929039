/// PNG files as others write them, with nothing but what the format asks for.
package enum MadePNG {
  /// How a file's pixels are written.
  package enum Colours: UInt8, Sendable {
    case gray = 0
    case colour = 2
    case palette = 3
    case grayWithAlpha = 4
    case colourWithAlpha = 6
  }

  /// `rows` hold the pixels as they stand in the file; `chunks` come before them, such as a palette.
  package static func file(
    width: Int, _ colours: Colours, depth: Int, rows: [[UInt8]], chunks: [(name: String, bytes: [UInt8])] = []
  ) -> [UInt8] {
    let header = number(width) + number(rows.count) + [UInt8(depth), colours.rawValue, 0, 0, 0]
    let raw = rows.reduce(into: [UInt8]()) { $0 += [0] + $1 }
    let all: [(String, [UInt8])] =
      [("IHDR", header)] + chunks.map { ($0.name, $0.bytes) } + [("IDAT", stored(raw)), ("IEND", [])]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + all.flatMap { chunk($0.0, $0.1) }
  }

  private static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + bytes
    return number(bytes.count) + body + number(Int(checksum(body)))
  }

  private static func number(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// zlib's format with one block that is stored as it is.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count < 1 << 16)
    let length = [UInt8(bytes.count & 0xFF), UInt8(bytes.count >> 8)]
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return [0x78, 0x01, 1] + length + length.map { ~$0 } + bytes + number(b << 16 | a)
  }

  /// CRC-32 (ISO 3309).
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    return ~crc
  }
}
