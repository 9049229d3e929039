internal import CFFmpeg
internal import FFmpeg

extension Image {
  /// A decoded frame with transparency, laid over white as a viewer shows it; nil where its format has none.
  ///
  /// The formats are those of PNG: colour or gray, of 8 or 16 bits, and palettes. Colours are not multiplied by their
  /// opacity beforehand, and they are mixed as they are coded, as browsers do.
  init?(overWhite frame: borrowing Frame) {
    switch frame.format {
    case AV_PIX_FMT_RGBA: self.init(frame, bytes: 4) { Pixel($0[0], $0[1], $0[2], $0[3]) }
    case AV_PIX_FMT_YA8: self.init(frame, bytes: 2) { Pixel($0[0], $0[0], $0[0], $0[1]) }
    case AV_PIX_FMT_RGBA64BE:
      self.init(frame, bytes: 8) { Pixel(wide($0, 0), wide($0, 2), wide($0, 4), wide($0, 6)) }
    case AV_PIX_FMT_YA16BE: self.init(frame, bytes: 4) { Pixel(wide($0, 0), wide($0, 0), wide($0, 0), wide($0, 2)) }
    case AV_PIX_FMT_PAL8:
      // 256 colours, each one number of opacity, red, green and blue from its highest byte on.
      guard let table = frame.pointer.pointee.data.1 else { return nil }
      let colours = table.withMemoryRebound(to: UInt32.self, capacity: 256) { colours in
        (0..<256).map { index in
          let colour = colours[index]
          return Pixel(
            UInt8(truncatingIfNeeded: colour >> 16), UInt8(truncatingIfNeeded: colour >> 8),
            UInt8(truncatingIfNeeded: colour), UInt8(truncatingIfNeeded: colour >> 24))
        }
      }
      self.init(frame, bytes: 1) { colours[Int($0[0])] }
    default: return nil
    }
  }

  /// `pixel` reads one pixel of so many bytes.
  private init(
    _ frame: borrowing Frame, bytes: Int, pixel: (UnsafePointer<UInt8>) -> Pixel
  ) {
    let (width, height) = (frame.width, frame.height)
    let (start, stride) = (frame.pointer.pointee.data.0!, Int(frame.pointer.pointee.linesize.0))
    let pixels = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { rgb, count in
      for y in 0..<height {
        for x in 0..<width {
          let colour = pixel(UnsafePointer(start + y * stride + x * bytes))
          for value in [colour.red, colour.green, colour.blue] {
            rgb.initializeElement(at: count, to: colour.overWhite(value))
            count += 1
          }
        }
      }
    }
    self.init(width: width, height: height, pixels: pixels)
  }
}

/// Colours and their opacity, of one depth.
private struct Pixel {
  let red, green, blue, opacity: UInt32
  /// What stands for one.
  let most: UInt32

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ opacity: UInt8) {
    (self.red, self.green, self.blue) = (UInt32(red), UInt32(green), UInt32(blue))
    (self.opacity, most) = (UInt32(opacity), 255)
  }

  init(_ red: UInt16, _ green: UInt16, _ blue: UInt16, _ opacity: UInt16) {
    (self.red, self.green, self.blue) = (UInt32(red), UInt32(green), UInt32(blue))
    (self.opacity, most) = (UInt32(opacity), 65535)
  }

  /// One of the colours over white, rounded once to eight bits.
  func overWhite(_ colour: UInt32) -> UInt8 {
    let (colour, opacity, most) = (UInt64(colour), UInt64(opacity), UInt64(most))
    let mixed = colour * opacity + most * (most - opacity)
    return UInt8((255 * mixed + most * most / 2) / (most * most))
  }
}

/// A number of 16 bits, the higher byte first.
private func wide(_ bytes: UnsafePointer<UInt8>, _ place: Int) -> UInt16 {
  UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
}
