internal import CFFmpeg
package import FFmpeg

extension Frame {
  /// The same pixels as an RGB24 frame.
  package init(_ image: Image) throws(FFmpegError) {
    try self.init(width: image.width, height: image.height, format: AV_PIX_FMT_RGB24)
    setRGB(image.pixels)
  }
}

extension Image {
  /// The pixels of an RGB24 frame.
  package init(rgb frame: borrowing Frame) {
    self.init(width: frame.width, height: frame.height, pixels: frame.rgb())
  }

  /// A decoded frame of any format, in the colours that it says it has.
  package init(converting frame: borrowing Frame) throws(FFmpegError) {
    let layout = PixelLayout(
      width: frame.width, height: frame.height, format: frame.format, colours: ColourCoding(of: frame))
    let target = PixelLayout.rgb(width: layout.width, height: layout.height)
    let scaler = try Scaler(from: layout, to: target, filter: cffmpeg_scale_bicubic)
    let rgb = try Frame(width: target.width, height: target.height, format: target.format)
    try scaler.convert(frame, into: rgb)
    self.init(rgb: rgb)
  }
}

extension ColourCoding {
  /// What a decoded frame says; without a word BT.601, as JPEG and old films have it.
  init(of frame: borrowing Frame) {
    let properties = frame.pointer.pointee
    self.init(
      matrix: properties.colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601,
      fullRange: properties.color_range == AVCOL_RANGE_JPEG,
      chromaLeft: properties.chroma_location == AVCHROMA_LOC_LEFT)
  }
}
