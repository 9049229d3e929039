/// Binary PPM (P6, the "portable pixmap"), three bytes a pixel.
package enum PPM {
  package static func encode(_ image: Image) -> [UInt8] {
    Array("P6\n\(image.width) \(image.height)\n255\n".utf8) + image.pixels
  }

  /// Reads one P6 picture of 255 levels; `name` is for the error.
  package static func decode(_ bytes: [UInt8], name: String) throws(PictureError) -> Image {
    var header = Header(rest: bytes[...], name: name)
    guard header.rest.starts(with: Array("P6".utf8)) else {
      throw .malformed(name: name, reason: "it does not begin with P6, the mark of binary PPM")
    }
    header.rest.removeFirst(2)
    let width = try header.number("width", in: 1...maximumSide)
    let height = try header.number("height", in: 1...maximumSide)
    _ = try header.number("largest value", in: 255...255)
    guard header.rest.first.map(Header.isSpace) == true else {
      throw .malformed(name: name, reason: "no white space stands between header and pixels")
    }
    let pixels = header.rest.dropFirst()
    let expected = width * height * 3
    guard pixels.count == expected else {
      throw .malformed(
        name: name, reason: "\(width)x\(height) pixels take \(expected) bytes, but \(pixels.count) follow the header")
    }
    return Image(width: width, height: height, pixels: Array(pixels))
  }

  /// Well beyond any picture, and far from overflow.
  private static let maximumSide = 1 << 20

  /// Tokens between white space and comments.
  private struct Header {
    var rest: ArraySlice<UInt8>
    let name: String

    mutating func number(_ what: String, in range: ClosedRange<Int>) throws(PictureError) -> Int {
      skipSpace()
      let digits = rest.prefix { !Self.isSpace($0) && $0 != UInt8(ascii: "#") }.prefix(20)
      let text = String(decoding: digits, as: UTF8.self)
      let expected =
        range.count == 1 ? "\(range.lowerBound)" : "a number from \(range.lowerBound) to \(range.upperBound)"
      guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let value = Int(text),
        range.contains(value)
      else { throw .malformed(name: name, reason: "the \(what) is \(text.debugDescription), expected \(expected)") }
      rest = rest.dropFirst(digits.count)
      return value
    }

    private mutating func skipSpace() {
      while let byte = rest.first {
        if Self.isSpace(byte) {
          rest.removeFirst()
        } else if byte == UInt8(ascii: "#") {
          rest = rest.drop { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        } else {
          return
        }
      }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
  }
}
