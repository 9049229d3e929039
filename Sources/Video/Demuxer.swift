internal import CFFmpeg
internal import FFmpeg

/// An owned AVFormatContext that reads a file's best stream of a kind.
struct Demuxer: ~Copyable {
  private let context: UnsafeMutablePointer<AVFormatContext>
  private let index: Int32

  /// Pictures or sound.
  enum Kind: String {
    case picture = "a picture"
    case sound

    fileprivate var type: AVMediaType { self == .picture ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO }
  }

  init(path: String, for kind: Kind) throws(FFmpegError) {
    Log.capture()
    var opened: UnsafeMutablePointer<AVFormatContext>?
    try check("opening it") { avformat_open_input(&opened, "file:" + path, nil, nil) }
    let context = opened!
    do throws(FFmpegError) {
      try check("looking for streams") { avformat_find_stream_info(context, nil) }
      index = try check("looking for \(kind.rawValue)") {
        av_find_best_stream(context, kind.type, -1, -1, nil, 0)
      }
    } catch {
      avformat_close_input(&opened)
      throw error
    }
    self.context = context
  }

  deinit {
    var context: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&context)
  }

  var stream: UnsafeMutablePointer<AVStream> { context.pointee.streams[Int(index)]! }

  /// Fills `packet` with the stream's next; false at the end.
  func read(into packet: borrowing Packet) throws(FFmpegError) -> Bool {
    let context = self.context
    let filled = packet.pointer
    while true {
      let code = try check("reading on") {
        let code = av_read_frame(context, filled)
        return code == cffmpeg_end_of_file() ? 1 : code
      }
      if code == 1 { return false }
      if filled.pointee.stream_index == index { return true }
      packet.clear()
    }
  }

  func info(codec: String) throws(FilmError) -> FilmInfo {
    let stream = self.stream.pointee
    let coded = stream.codecpar.pointee
    let rate = stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate
    guard rate.num > 0, rate.den > 0 else {
      throw .reading(path: String(cString: context.pointee.url), reason: "it does not say its frame rate")
    }
    func name(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "unknown" }
    return FilmInfo(
      width: Int(coded.width), height: Int(coded.height), rate: FilmRate(Int(rate.num), Int(rate.den)),
      duration: duration(of: stream), frameCount: stream.nb_frames > 0 ? Int(stream.nb_frames) : nil, codec: codec,
      pixelFormat: name(av_get_pix_fmt_name(AVPixelFormat(rawValue: coded.format))),
      primaries: name(av_color_primaries_name(coded.color_primaries)),
      transfer: name(av_color_transfer_name(coded.color_trc)), matrix: name(av_color_space_name(coded.color_space)),
      range: name(av_color_range_name(coded.color_range)), metadata: metadata)
  }

  private func duration(of stream: AVStream) -> Double? {
    if stream.duration != cffmpeg_no_timestamp() {
      return Double(stream.duration) * Double(stream.time_base.num) / Double(stream.time_base.den)
    }
    let duration = context.pointee.duration
    return duration == cffmpeg_no_timestamp() ? nil : Double(duration) / Double(AV_TIME_BASE)
  }

  private var metadata: [String: String] {
    var entries: [String: String] = [:]
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while let next = av_dict_get(context.pointee.metadata, "", entry, AV_DICT_IGNORE_SUFFIX) {
      entries[String(cString: next.pointee.key).lowercased()] = String(cString: next.pointee.value)
      entry = next
    }
    return entries
  }
}
