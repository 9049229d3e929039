/// A way to code a film's pictures.
public enum FilmCodec: String, CaseIterable, Sendable, CustomStringConvertible {
  case h264, hevc, av1, vp9, ffv1

  public var description: String { rawValue }

  /// Those that an installed encoder can make.
  package static func available(isInstalled: (FilmEncoderName) -> Bool = \.isInstalled) -> [FilmCodec] {
    allCases.filter { $0.encoders.contains(where: isInstalled) }
  }

  /// Encoders for it, best first.
  var encoders: [FilmEncoderName] {
    switch self {
    case .h264: [.x264]
    case .hevc: [.x265]
    case .av1: [.svtAV1, .aomAV1]
    case .vp9: [.vpxVP9]
    case .ffv1: [.ffv1]
    }
  }

  /// The first of its encoders that is installed; an error names what there is.
  func encoder(isInstalled: (FilmEncoderName) -> Bool = \.isInstalled) throws(FilmError) -> FilmEncoderName {
    guard let encoder = encoders.first(where: isInstalled) else {
      throw .noEncoder(
        codec: self, tried: encoders.map(\.rawValue), available: Self.available(isInstalled: isInstalled))
    }
    return encoder
  }

  /// Containers that players open with it, the usual one first.
  public var containers: [FilmContainer] {
    switch self {
    case .h264, .hevc: [.mp4, .mov, .mkv]
    case .av1: [.mp4, .webm, .mkv]
    case .vp9: [.webm, .mp4, .mkv]
    case .ffv1: [.mkv]
    }
  }

  /// Constant quality, smaller is better; nil where the codec is lossless.
  public var qualityRange: ClosedRange<Int>? {
    switch self {
    case .h264, .hevc: 0...51
    case .av1, .vp9: 0...63
    case .ffv1: nil
    }
  }

  /// About the same look for each: hardly to be told from the frames.
  var defaultQuality: Int {
    switch self {
    case .h264: 18
    case .hevc: 20
    case .av1, .vp9, .ffv1: 24
    }
  }
}
