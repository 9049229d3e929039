internal import CFFmpeg
internal import FFmpeg

/// Decodes one still picture, PNG or JPEG, through libavcodec.
enum StillDecoder {
  /// Any pixel format becomes 8-bit RGB; what is transparent is laid over white.
  static func decode(_ bytes: [UInt8], as id: AVCodecID, name: String) throws(PictureError) -> Image {
    do {
      guard let decoder = avcodec_find_decoder(id) else {
        throw PictureError.malformed(name: name, reason: "the installed libavcodec has no decoder for it")
      }
      let codec = Codec(decoder)
      codec.pointer.pointee.thread_count = 1
      codec.pointer.pointee.max_pixels = maximumPixels
      codec.pointer.pointee.err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE
      try codec.open()
      let packet = try Packet(bytes)
      let frame = Frame()
      try codec.send(packet.pointer)
      if try codec.receiveFrame(into: frame) { return try picture(of: frame) }
      try codec.send(nil)
      guard try codec.receiveFrame(into: frame) else {
        throw PictureError.malformed(name: name, reason: "no picture is in it")
      }
      return try picture(of: frame)
    } catch let error as PictureError {
      throw error
    } catch {
      throw .malformed(name: name, reason: "\(error)")
    }
  }

  private static func picture(of frame: borrowing Frame) throws(FFmpegError) -> Image {
    if let image = Image(overWhite: frame) { return image.upright(as: frame) }
    return try Image(converting: frame).upright(as: frame)
  }

  /// 16384 x 8192: a small file cannot claim all memory.
  private static let maximumPixels: Int64 = 1 << 27
}
