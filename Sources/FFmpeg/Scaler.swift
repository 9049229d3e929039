package import CFFmpeg

/// How the colours of a picture are coded: libswscale assumes BT.601 unless told.
package struct ColourCoding: Sendable, Equatable {
  /// One of SWS_CS_….
  package var matrix: Int32
  package var fullRange: Bool
  /// Chroma samples sit on the left luma column (as MPEG-2, H.264) or between two.
  package var chromaLeft: Bool

  package init(matrix: Int32, fullRange: Bool, chromaLeft: Bool) {
    self.matrix = matrix
    self.fullRange = fullRange
    self.chromaLeft = chromaLeft
  }

  /// Television's BT.709, range 16…235, chroma at the left.
  package static let bt709 = ColourCoding(matrix: SWS_CS_ITU709, fullRange: false, chromaLeft: true)
  /// Plain RGB; the matrix plays no part.
  package static let rgb = ColourCoding(matrix: SWS_CS_ITU709, fullRange: true, chromaLeft: false)
}

/// Pixels as libswscale has to know them.
package struct PixelLayout: Equatable {
  package var width: Int
  package var height: Int
  package var format: AVPixelFormat
  package var colours: ColourCoding

  package init(width: Int, height: Int, format: AVPixelFormat, colours: ColourCoding) {
    self.width = width
    self.height = height
    self.format = format
    self.colours = colours
  }

  package static func rgb(width: Int, height: Int) -> PixelLayout {
    PixelLayout(width: width, height: height, format: AV_PIX_FMT_RGB24, colours: .rgb)
  }
}

/// An owned SwsContext: converts pictures of one layout into another.
///
/// Bit-exact on every processor.
package struct Scaler: ~Copyable {
  private let context: cffmpeg_scaler

  /// `filter` is one of cffmpeg_scale_….
  package init(from source: PixelLayout, to target: PixelLayout, filter: Int32) throws(FFmpegError) {
    Log.capture()
    guard let context = sws_alloc_context() else { fatalError("out of memory for a scaler") }
    self.context = context
    let options: [(String, Int)] = [
      ("srcw", source.width), ("srch", source.height), ("src_format", Int(source.format.rawValue)),
      ("dstw", target.width), ("dsth", target.height), ("dst_format", Int(target.format.rawValue)),
      ("src_range", source.colours.fullRange ? 1 : 0), ("dst_range", target.colours.fullRange ? 1 : 0),
      ("src_h_chr_pos", source.colours.chromaLeft ? 0 : -513),
      ("dst_h_chr_pos", target.colours.chromaLeft ? 0 : -513),
      ("sws_flags", Int(filter | cffmpeg_scale_exact)),
    ]
    let handle = UnsafeMutableRawPointer(context)
    for (name, value) in options {
      try check("setting \(name) of the scaler to \(value)") { av_opt_set_int(handle, name, Int64(value), 0) }
    }
    let attempt = "preparing to scale \(source.width)x\(source.height) to \(target.width)x\(target.height)"
    try check(attempt) { sws_init_context(context, nil, nil) }
    // Fails where neither side is YUV, and then has nothing to say.
    sws_setColorspaceDetails(
      context, sws_getCoefficients(source.colours.matrix), source.colours.fullRange ? 1 : 0,
      sws_getCoefficients(target.colours.matrix), target.colours.fullRange ? 1 : 0, 0, 1 << 16, 1 << 16)
  }

  deinit { sws_freeContext(context) }

  /// Converts `source` into `target`, whose sizes and formats are those the scaler was made for.
  package func convert(_ source: borrowing Frame, into target: borrowing Frame) throws(FFmpegError) {
    let context = self.context
    let from = source.pointer
    let to = target.pointer
    try check("scaling a picture") {
      withUnsafeBytes(of: &from.pointee.data) { data in
        let rows = data.assumingMemoryBound(to: UnsafePointer<UInt8>?.self).baseAddress
        return withUnsafeBytes(of: &from.pointee.linesize) { strides in
          withUnsafeBytes(of: &to.pointee.data) { targetData in
            withUnsafeBytes(of: &to.pointee.linesize) { targetStrides in
              sws_scale(
                context, rows, strides.assumingMemoryBound(to: Int32.self).baseAddress, 0, from.pointee.height,
                targetData.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self).baseAddress,
                targetStrides.assumingMemoryBound(to: Int32.self).baseAddress)
            }
          }
        }
      }
    }
  }
}
