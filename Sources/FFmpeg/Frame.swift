package import CFFmpeg

/// An owned AVFrame: one picture in some pixel format, or a piece of sound.
package struct Frame: ~Copyable {
  package let pointer: UnsafeMutablePointer<AVFrame>

  /// A frame without pixels, for a decoder to fill.
  package init() {
    guard let frame = av_frame_alloc() else { fatalError("out of memory for a frame") }
    pointer = frame
  }

  /// A frame with room for `width` x `height` pixels, rows aligned as FFmpeg's own code likes them.
  package init(width: Int, height: Int, format: AVPixelFormat) throws(FFmpegError) {
    self.init()
    let frame = pointer
    frame.pointee.width = Int32(width)
    frame.pointee.height = Int32(height)
    frame.pointee.format = format.rawValue
    try check("allocating a picture of \(width)x\(height)") { av_frame_get_buffer(frame, 0) }
  }

  deinit {
    var frame: UnsafeMutablePointer<AVFrame>? = pointer
    av_frame_free(&frame)
  }

  package var width: Int { Int(pointer.pointee.width) }
  package var height: Int { Int(pointer.pointee.height) }
  package var format: AVPixelFormat { AVPixelFormat(rawValue: pointer.pointee.format) }

  /// Makes the pixels this frame's alone, so that an encoder that still reads them is not disturbed.
  package func makeWritable() throws(FFmpegError) {
    let frame = pointer
    try check("making a picture writable") { av_frame_make_writable(frame) }
  }

  /// Copies packed RGB rows in; the frame is RGB24.
  package func setRGB(_ pixels: [UInt8]) {
    precondition(format == AV_PIX_FMT_RGB24 && pixels.count == width * height * 3)
    let row = width * 3
    let stride = Int(pointer.pointee.linesize.0)
    pixels.withUnsafeBytes { source in
      for y in 0..<height {
        (pointer.pointee.data.0! + y * stride).update(
          from: source.baseAddress!.assumingMemoryBound(to: UInt8.self) + y * row, count: row)
      }
    }
  }

  /// Packed RGB rows of an RGB24 frame.
  package func rgb() -> [UInt8] {
    precondition(format == AV_PIX_FMT_RGB24)
    let row = width * 3
    let stride = Int(pointer.pointee.linesize.0)
    return [UInt8](unsafeUninitializedCapacity: row * height) { target, count in
      for y in 0..<height {
        (target.baseAddress! + y * row).initialize(from: pointer.pointee.data.0! + y * stride, count: row)
      }
      count = row * height
    }
  }
}
