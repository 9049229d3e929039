internal import CFFmpeg
internal import FFmpeg

/// A film's sound on its way from its own file into the film's, no further than the pictures are.
struct SoundTrack: ~Copyable {
  private let sound: Sound
  private let codec: Codec
  private var reader: SoundReader
  private let packet = Packet()
  /// The number of its stream.
  private let stream: Int32
  /// Samples that have been coded.
  private var count = 0
  private var hasEnded = false

  /// Opens the sound and the encoder that goes with a film's, and adds its stream.
  init(_ sound: Sound, to muxer: borrowing Muxer, in container: FilmContainer) throws {
    let name = SoundEncoderName(in: container)
    guard let encoder = avcodec_find_encoder_by_name(name.rawValue) else {
      throw FilmError.settings("the installed libavcodec has no encoder \(name.rawValue) for the sound of this film")
    }
    let reader = try sound.reading { try SoundReader(sound, in: name.form) }
    let codec = Codec(encoder)
    let (context, form) = (codec.pointer, reader.form)
    context.pointee.sample_rate = Int32(form.rate)
    context.pointee.sample_fmt = form.format
    context.pointee.time_base = AVRational(num: 1, den: Int32(form.rate))
    av_channel_layout_default(&context.pointee.ch_layout, Int32(form.channels))
    if let rate = name.bitRate { context.pointee.bit_rate = Int64(rate * form.channels) }
    context.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    if muxer.wantsGlobalHeader { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    try codec.open()
    stream = try muxer.add(codec, container: container)
    self.sound = sound
    self.reader = reader
    self.codec = codec
  }

  /// Codes what is heard until then, in whole pieces of the encoder's size.
  mutating func encode(until seconds: Double, into muxer: borrowing Muxer) throws {
    let (piece, end) = (Int(codec.pointer.pointee.frame_size), Int(seconds * Double(reader.form.rate)))
    while count + piece <= end, try encode(piece, muxer) {}
  }

  /// Codes what is left until the film's end, or the sound's if that comes first.
  mutating func finish(at seconds: Double, into muxer: borrowing Muxer) throws {
    try encode(until: seconds, into: muxer)
    let rest = Int((seconds * Double(reader.form.rate)).rounded()) - count
    if rest > 0 { _ = try encode(rest, muxer) }
    try push(nil, muxer)
  }

  /// Codes the next samples. Says whether there were so many.
  private mutating func encode(_ samples: Int, _ muxer: borrowing Muxer) throws -> Bool {
    // A piece that is shorter than the encoder's is its last.
    guard !hasEnded, let piece = try sound.reading({ try reader.next(samples) }) else { return false }
    piece.pointer.pointee.pts = Int64(count)
    count += piece.samples
    hasEnded = piece.samples < samples
    try push(piece.pointer, muxer)
    return !hasEnded
  }

  private func push(_ piece: UnsafePointer<AVFrame>?, _ muxer: borrowing Muxer) throws(FFmpegError) {
    try codec.encode(piece, packet: packet) { () throws(FFmpegError) in
      try muxer.write(packet, timeBase: codec.pointer.pointee.time_base, stream: stream)
    }
  }
}

/// An encoder of sound, by its name in libavcodec.
enum SoundEncoderName: String {
  case aac
  case opus = "libopus"
  case flac

  /// What players expect in a film's container. Matroska takes anything, and loses nothing.
  init(in container: FilmContainer) {
    switch container {
    case .mp4, .mov: self = .aac
    case .webm: self = .opus
    case .mkv: self = .flac
    }
  }

  /// What it is given of a sound: two channels at most, at the rate it has, or one that every player knows.
  func form(of sound: SoundForm) -> SoundForm {
    let usual = self == .opus ? [48_000] : [44_100, 48_000]
    let format =
      switch self {
      case .aac: AV_SAMPLE_FMT_FLTP
      case .opus: AV_SAMPLE_FMT_FLT
      case .flac: AV_SAMPLE_FMT_S32
      }
    return SoundForm(
      rate: usual.contains(sound.rate) ? sound.rate : 48_000, channels: min(sound.channels, 2), format: format)
  }

  /// Bits a second of a channel, at which it is hardly to be told from the original; nil where it is lossless.
  var bitRate: Int? {
    switch self {
    case .aac: 128_000
    case .opus: 96_000
    case .flac: nil
    }
  }
}
