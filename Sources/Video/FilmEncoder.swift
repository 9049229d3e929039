internal import CFFmpeg
internal import FFmpeg
internal import Foundation
internal import Pixels

/// Codes frames into a file, one after another, on the caller's thread.
struct FilmEncoder: ~Copyable {
  private let codec: Codec
  private let muxer: Muxer
  private let stream: Int32
  private var sound: SoundTrack?
  private let packet = Packet()
  private let scaler: Scaler
  private let picture: Frame
  private let size: (width: Int, height: Int)
  private let rate: FilmRate
  private var count: Int64 = 0

  /// `size` is that of the frames that will come.
  init(
    path: String, container: FilmContainer, settings: FilmSettings, size: (width: Int, height: Int)
  ) throws {
    let film = try settings.size(forWidth: size.width, height: size.height)
    let name = try settings.codec.encoder()
    guard let encoder = avcodec_find_encoder_by_name(name.rawValue) else {
      preconditionFailure("an installed encoder is found")
    }
    let muxer = try Muxer(path: path, container: container)
    let codec = Codec(encoder)
    let context = codec.pointer
    context.pointee.width = Int32(film.width)
    context.pointee.height = Int32(film.height)
    context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
    context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
    context.pointee.time_base = AVRational(num: Int32(settings.rate.denominator), den: Int32(settings.rate.numerator))
    context.pointee.framerate = AVRational(num: Int32(settings.rate.numerator), den: Int32(settings.rate.denominator))
    context.pointee.color_primaries = AVCOL_PRI_BT709
    context.pointee.color_trc = AVCOL_TRC_BT709
    context.pointee.colorspace = AVCOL_SPC_BT709
    context.pointee.color_range = AVCOL_RANGE_MPEG
    context.pointee.chroma_sample_location = AVCHROMA_LOC_LEFT
    context.pointee.thread_count = Int32(settings.threads ?? 0)
    // The same frames give the same bytes: no version, no date.
    context.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    if muxer.wantsGlobalHeader { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    try codec.open(settings.options(of: name, size: film))
    let stream = try muxer.add(codec, container: container)
    if let sound = settings.sound {
      self.sound = try SoundTrack(sound, to: muxer, in: container)
    } else {
      sound = nil
    }
    try muxer.begin(container: container, title: settings.title, comment: settings.comment)

    let target = PixelLayout(
      width: film.width, height: film.height, format: AV_PIX_FMT_YUV420P, colours: .bt709)
    let scaler = try Scaler(
      from: .rgb(width: size.width, height: size.height), to: target, filter: settings.filter.flag)
    let picture = try Frame(width: film.width, height: film.height, format: AV_PIX_FMT_YUV420P)
    let properties = picture.pointer
    properties.pointee.color_primaries = AVCOL_PRI_BT709
    properties.pointee.color_trc = AVCOL_TRC_BT709
    properties.pointee.colorspace = AVCOL_SPC_BT709
    properties.pointee.color_range = AVCOL_RANGE_MPEG
    properties.pointee.chroma_location = AVCHROMA_LOC_LEFT

    self.codec = codec
    self.muxer = muxer
    self.stream = stream
    rate = settings.rate
    self.scaler = scaler
    self.picture = picture
    self.size = size
  }

  mutating func encode(_ image: Image) throws {
    precondition(image.width == size.width && image.height == size.height, "every frame of a film has one size")
    try picture.makeWritable()
    try scaler.convert(Frame(image), into: picture)
    picture.pointer.pointee.pts = count
    count += 1
    try push(UnsafePointer(picture.pointer))
    let length = seconds
    try sound?.encode(until: length, into: muxer)
  }

  /// How long the film is so far.
  private var seconds: Double { Double(count) / rate.framesPerSecond }

  /// Writes what the encoder still holds, and the index.
  consuming func finish() throws {
    try push(nil)
    let length = seconds
    try sound?.finish(at: length, into: muxer)
    try muxer.end()
  }

  /// One frame in, packets out; nil flushes.
  private func push(_ frame: UnsafePointer<AVFrame>?) throws(FFmpegError) {
    try codec.encode(frame, packet: packet) { () throws(FFmpegError) in
      packet.pointer.pointee.duration = 1
      try muxer.write(packet, timeBase: codec.pointer.pointee.time_base, stream: stream)
    }
  }
}
