internal import CFFmpeg
internal import FFmpeg

/// A file's best stream of a kind, decoded piece by piece.
struct StreamReader: ~Copyable {
  let demuxer: Demuxer
  let codec: Codec
  private let packet = Packet()
  private var isDrained = false

  /// Opens the file and a decoder for its stream.
  init(path: String, for kind: Demuxer.Kind) throws {
    let demuxer = try Demuxer(path: path, for: kind)
    let parameters = demuxer.stream.pointee.codecpar!
    guard let decoder = avcodec_find_decoder(parameters.pointee.codec_id) else { throw NoDecoder() }
    let codec = Codec(decoder)
    let context = codec.pointer
    try check("configuring the decoder") { avcodec_parameters_to_context(context, parameters) }
    context.pointee.thread_count = 0
    try codec.open()
    self.demuxer = demuxer
    self.codec = codec
  }

  /// Fills `frame` with the next picture or piece of sound; false at the end.
  mutating func next(into frame: borrowing Frame) throws(FFmpegError) -> Bool {
    while try !codec.receiveFrame(into: frame) {
      if isDrained { return false }
      if try demuxer.read(into: packet) {
        try codec.send(packet.pointer)
        packet.clear()
      } else {
        try codec.send(nil)
        isDrained = true
      }
    }
    return true
  }
}

private struct NoDecoder: Error, CustomStringConvertible {
  let description = "the installed libavcodec has no decoder for it"
}
