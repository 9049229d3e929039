internal import CFFmpeg
internal import FFmpeg

/// PNG through libavcodec, 8-bit RGB, marked as sRGB.
package enum PNG {
  /// `level` is zlib's: 1 is fast, 9 small.
  package static func encode(_ image: Image, level: Int = 6) throws(PictureError) -> [UInt8] {
    do {
      guard let encoder = avcodec_find_encoder(AV_CODEC_ID_PNG) else {
        throw PictureError.malformed(name: "PNG", reason: "the installed libavcodec has no PNG encoder")
      }
      let codec = Codec(encoder)
      let context = codec.pointer
      context.pointee.width = Int32(image.width)
      context.pointee.height = Int32(image.height)
      context.pointee.pix_fmt = AV_PIX_FMT_RGB24
      context.pointee.time_base = AVRational(num: 1, den: 1)
      context.pointee.compression_level = Int32(level)
      context.pointee.thread_count = 1
      // Each row as its difference to the one above: most of the gain of trying every filter, and much faster.
      try codec.open([("pred", "up")])
      let frame = try Frame(image)
      frame.pointer.pointee.color_primaries = AVCOL_PRI_BT709
      frame.pointer.pointee.color_trc = AVCOL_TRC_IEC61966_2_1
      let packet = Packet()
      var bytes: [UInt8] = []
      for input in [UnsafePointer(frame.pointer), nil] {
        try codec.encode(input, packet: packet) { bytes += packet.bytes }
      }
      return bytes
    } catch let error as PictureError {
      throw error
    } catch {
      throw .cannotEncode(width: image.width, height: image.height, reason: "\(error)")
    }
  }

  /// Whether a PNG of that size can be made: libavutil wants rows of eight bytes a pixel, and a margin, to fit 31 bits.
  package static func holds(width: Int, height: Int) -> Bool {
    (8 * Double(width) + 1024) * (Double(height) + 128) < 0x1p31
  }

  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// A file cut short would decode to a picture that is cut short: ask for its last chunk.
  static func isWhole(_ bytes: [UInt8]) -> Bool {
    var position = signature.count
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let type = bytes[position + 4..<position + 8]
      position += 12 + length
      if type.elementsEqual("IEND".utf8) { return position <= bytes.count }
    }
    return false
  }
}
