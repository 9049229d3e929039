internal import CFFmpeg
internal import FFmpeg

/// An owned AVFormatContext that writes a file of pictures and perhaps sound.
struct Muxer: ~Copyable {
  private let context: UnsafeMutablePointer<AVFormatContext>

  init(path: String, container: FilmContainer) throws(FFmpegError) {
    Log.capture()
    var context: UnsafeMutablePointer<AVFormatContext>?
    // "file:" keeps a colon in the name from being taken for a protocol.
    try check("making a \(container.rawValue) file") {
      avformat_alloc_output_context2(&context, nil, container.muxerName, "file:" + path)
    }
    self.context = context!
  }

  deinit {
    avio_closep(&context.pointee.pb)
    avformat_free_context(context)
  }

  var wantsGlobalHeader: Bool { context.pointee.oformat.pointee.flags & AVFMT_GLOBALHEADER != 0 }

  /// Adds the stream of an open codec; `write` knows it by this number.
  func add(_ codec: borrowing Codec, container: FilmContainer) throws(FFmpegError) -> Int32 {
    guard let stream = avformat_new_stream(context, nil) else { fatalError("out of memory for a stream") }
    let encoder = codec.pointer
    stream.pointee.time_base = encoder.pointee.time_base
    if encoder.pointee.codec_type == AVMEDIA_TYPE_VIDEO {
      stream.pointee.avg_frame_rate = encoder.pointee.framerate
      stream.pointee.r_frame_rate = encoder.pointee.framerate
      stream.pointee.sample_aspect_ratio = encoder.pointee.sample_aspect_ratio
    }
    try check("describing the stream") { avcodec_parameters_from_context(stream.pointee.codecpar, encoder) }
    // Apple's players know HEVC in MP4 by this name only.
    if container != .mkv, encoder.pointee.codec_id == AV_CODEC_ID_HEVC {
      stream.pointee.codecpar.pointee.codec_tag = "hvc1".utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    return stream.pointee.index
  }

  /// Opens the file and writes the header; all streams are there.
  func begin(container: FilmContainer, title: String?, comment: String?) throws(FFmpegError) {
    let context = self.context
    try check("opening the file") { avio_open(&context.pointee.pb, context.pointee.url, AVIO_FLAG_WRITE) }
    context.pointee.flags |= AVFMT_FLAG_BITEXACT
    for (key, value) in [("title", title), ("comment", comment)] where value != nil {
      av_dict_set(&context.pointee.metadata, key, value, 0)
    }
    var options = Options(container.options)
    try check("writing the header") { avformat_write_header(context, &options.dictionary) }
  }

  /// Writes one packet of a stream, whose times count in `timeBase`.
  func write(_ packet: borrowing Packet, timeBase: AVRational, stream: Int32) throws(FFmpegError) {
    let context = self.context
    let filled = packet.pointer
    av_packet_rescale_ts(filled, timeBase, context.pointee.streams[Int(stream)]!.pointee.time_base)
    filled.pointee.stream_index = stream
    try check("writing a packet") { av_interleaved_write_frame(context, filled) }
  }

  /// Writes the index and closes the file; called once.
  func end() throws(FFmpegError) {
    let context = self.context
    try check("writing the index") { av_write_trailer(context) }
    // The last bytes leave only here, and a full disk may show itself only now.
    try check("writing to the end") {
      avio_flush(context.pointee.pb)
      return context.pointee.pb.pointee.error
    }
    try check("closing the file") { avio_closep(&context.pointee.pb) }
  }
}
