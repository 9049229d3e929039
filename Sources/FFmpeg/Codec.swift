package import CFFmpeg

/// An owned AVCodecContext: an encoder or a decoder.
package struct Codec: ~Copyable {
  package let pointer: UnsafeMutablePointer<AVCodecContext>
  /// libavcodec's name, as "libx264".
  package let name: String

  /// A context to be configured through `pointer`, then opened.
  package init(_ codec: UnsafePointer<AVCodec>) {
    Log.capture()
    guard let context = avcodec_alloc_context3(codec) else { fatalError("out of memory for a codec") }
    pointer = context
    name = String(cString: codec.pointee.name)
  }

  deinit {
    var context: UnsafeMutablePointer<AVCodecContext>? = pointer
    avcodec_free_context(&context)
  }

  /// Opens the codec; an option it does not know is an error. Threads are scheduled afterwards as they were before.
  package func open(_ options: [(name: String, value: String)] = []) throws(FFmpegError) {
    let context = pointer
    var remaining = Options(options)
    let wasRealTime = cffmpeg_is_real_time()
    defer { if !wasRealTime, cffmpeg_is_real_time() { cffmpeg_leave_real_time() } }
    try check("opening codec \(name)") { avcodec_open2(context, nil, &remaining.dictionary) }
    if let name = remaining.first {
      throw FFmpegError(attempt: "setting \(name) of codec \(self.name)", code: cffmpeg_option_not_found())
    }
  }

  /// One frame in, or nil to flush; `take` gets every packet that comes out.
  package func encode(
    _ frame: UnsafePointer<AVFrame>?, packet: borrowing Packet, take: () throws(FFmpegError) -> Void
  ) throws(FFmpegError) {
    let context = pointer
    let filled = packet.pointer
    try check("encoding with \(name)") { avcodec_send_frame(context, frame) }
    while try receive({ avcodec_receive_packet(context, filled) }, "encoding with \(name)") {
      try take()
      packet.clear()
    }
  }

  /// Gives the decoder a packet, or nil to flush it.
  package func send(_ packet: UnsafePointer<AVPacket>?) throws(FFmpegError) {
    let context = pointer
    try check("decoding with \(name)") { avcodec_send_packet(context, packet) }
  }

  /// Fills `frame` with the next decoded one; false when the decoder wants more data or has ended.
  package func receiveFrame(into frame: borrowing Frame) throws(FFmpegError) -> Bool {
    let context = pointer
    let filled = frame.pointer
    return try receive({ avcodec_receive_frame(context, filled) }, "decoding with \(name)")
  }

  private func receive(_ call: () -> Int32, _ attempt: String) throws(FFmpegError) -> Bool {
    let code = try check(attempt) {
      let code = call()
      return code == cffmpeg_again() || code == cffmpeg_end_of_file() ? 1 : min(code, 0)
    }
    return code == 0
  }
}
