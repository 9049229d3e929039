package import CFFmpeg

/// The form that sound is wanted in.
package struct SoundForm: Equatable, Sendable {
  /// Samples a second, of each channel.
  package var rate: Int
  package var channels: Int
  package var format: AVSampleFormat

  package init(rate: Int, channels: Int, format: AVSampleFormat) {
    self.rate = rate
    self.channels = channels
    self.format = format
  }
}

/// An owned SwrContext, and what has come out of it and waits to be taken.
package struct Resampler: ~Copyable {
  private let context: OpaquePointer
  private let waiting: OpaquePointer
  private let source, target: SoundForm

  /// For sound like `first`, in which a file need not say which channel is which. The first `leftOut` samples, counted
  /// as they come out, are dropped.
  package init(from first: borrowing Frame, to form: SoundForm, leavingOut leftOut: Int = 0) throws(FFmpegError) {
    let given = first.sound
    var layout = first.pointer.pointee.ch_layout
    if layout.order == AV_CHANNEL_ORDER_UNSPEC { av_channel_layout_default(&layout, layout.nb_channels) }
    var target = AVChannelLayout()
    av_channel_layout_default(&target, Int32(form.channels))
    var made: OpaquePointer?
    try check("preparing to resample") {
      swr_alloc_set_opts2(
        &made, &target, form.format, Int32(form.rate), &layout, given.format, Int32(given.rate), 0, nil)
    }
    guard let context = made, let waiting = av_audio_fifo_alloc(form.format, Int32(form.channels), 1) else {
      fatalError("out of memory for a resampler")
    }
    do throws(FFmpegError) {
      try check("preparing to resample") { swr_init(context) }
      try check("leaving out \(leftOut) samples") { swr_drop_output(context, Int32(leftOut)) }
    } catch {
      swr_free(&made)
      av_audio_fifo_free(waiting)
      throw error
    }
    (self.context, self.waiting, source, self.target) = (context, waiting, given, form)
  }

  deinit {
    var context: OpaquePointer? = context
    swr_free(&context)
    av_audio_fifo_free(waiting)
  }

  /// Samples of each channel that can be taken.
  package var count: Int { Int(av_audio_fifo_size(waiting)) }

  /// Takes in decoded sound.
  package func push(_ sound: borrowing Frame) throws(FFmpegError) {
    guard sound.sound == source else {
      throw FFmpegError(attempt: "resampling sound whose form changes", code: cffmpeg_invalid_data())
    }
    try push(
      UnsafeMutableRawPointer(sound.pointer.pointee.extended_data).assumingMemoryBound(to: UnsafePointer<UInt8>?.self),
      sound.pointer.pointee.nb_samples)
  }

  /// Gives out what is held back for more that does not come.
  package func flush() throws(FFmpegError) { try push(nil, 0) }

  private func push(
    _ channels: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ samples: Int32
  ) throws(FFmpegError) {
    let (context, waiting) = (context, waiting)
    let most = try check("resampling") { swr_get_out_samples(context, samples) }
    guard most > 0 else { return }
    let room = try Frame(samples: Int(most), form: target)
    let made = try check("resampling") {
      swr_convert(context, room.pointer.pointee.extended_data, most, channels, samples)
    }
    try check("keeping sound") { av_audio_fifo_write(waiting, room.channels, made) }
  }

  /// The next `samples`, of which there are as many at least.
  package func pull(_ samples: Int) throws(FFmpegError) -> Frame {
    precondition(samples <= count)
    let waiting = waiting
    let frame = try Frame(samples: samples, form: target)
    try check("taking sound") { av_audio_fifo_read(waiting, frame.channels, Int32(samples)) }
    return frame
  }
}

extension Frame {
  /// The form of its sound.
  package var sound: SoundForm {
    SoundForm(
      rate: Int(pointer.pointee.sample_rate), channels: Int(pointer.pointee.ch_layout.nb_channels),
      format: AVSampleFormat(rawValue: pointer.pointee.format))
  }

  /// Its samples of sound, in each channel.
  package var samples: Int { Int(pointer.pointee.nb_samples) }

  /// A frame with room for `samples` of sound.
  fileprivate init(samples: Int, form: SoundForm) throws(FFmpegError) {
    self.init()
    let frame = pointer
    frame.pointee.nb_samples = Int32(samples)
    frame.pointee.format = form.format.rawValue
    frame.pointee.sample_rate = Int32(form.rate)
    av_channel_layout_default(&frame.pointee.ch_layout, Int32(form.channels))
    try check("allocating \(samples) samples of sound") { av_frame_get_buffer(frame, 0) }
  }

  fileprivate var channels: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    UnsafeMutableRawPointer(pointer.pointee.extended_data).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }
}
