internal import CFFmpeg
internal import FFmpeg

/// How libswscale finds pixels between pixels.
public enum ScalingFilter: String, CaseIterable, Sendable {
  case lanczos, bicubic, nearest

  /// libswscale's flag.
  package var flag: Int32 {
    switch self {
    case .lanczos: cffmpeg_scale_lanczos
    case .bicubic: cffmpeg_scale_bicubic
    case .nearest: cffmpeg_scale_nearest
    }
  }
}

extension Image {
  /// The picture at another size.
  public func scaled(width: Int, height: Int, filter: ScalingFilter = .bicubic) throws(PictureError) -> Image {
    do {
      // Red, green and blue pose as three full-size planes of YUV, which libswscale
      // filters one by one; RGB itself it would take through YUV and back.
      var source = PixelLayout.rgb(width: self.width, height: self.height)
      source.format = AV_PIX_FMT_YUV444P
      var target = source
      (target.width, target.height) = (width, height)
      let scaler = try Scaler(from: source, to: target, filter: filter.flag)
      let from = try Frame(width: self.width, height: self.height, format: AV_PIX_FMT_YUV444P)
      let to = try Frame(width: width, height: height, format: AV_PIX_FMT_YUV444P)
      from.setPlanes(pixels)
      try scaler.convert(from, into: to)
      return Image(width: width, height: height, pixels: to.interleaved())
    } catch {
      throw .malformed(name: "a picture of \(self.width)x\(self.height)", reason: "\(error)")
    }
  }
}

extension Frame {
  private var planes: [(start: UnsafeMutablePointer<UInt8>, stride: Int)] {
    let (data, stride) = (pointer.pointee.data, pointer.pointee.linesize)
    return [(data.0!, Int(stride.0)), (data.1!, Int(stride.1)), (data.2!, Int(stride.2))]
  }

  fileprivate func setPlanes(_ pixels: [UInt8]) {
    pixels.withUnsafeBufferPointer { pixels in
      for (channel, plane) in planes.enumerated() {
        for y in 0..<height {
          for x in 0..<width { plane.start[y * plane.stride + x] = pixels[(y * width + x) * 3 + channel] }
        }
      }
    }
  }

  fileprivate func interleaved() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: width * height * 3) { pixels, count in
      for (channel, plane) in planes.enumerated() {
        for y in 0..<height {
          for x in 0..<width { pixels[(y * width + x) * 3 + channel] = plane.start[y * plane.stride + x] }
        }
      }
      count = width * height * 3
    }
  }
}
