internal import CFFmpeg

/// An encoder of libavcodec, by its name there.
package enum FilmEncoderName: String, Sendable {
  case x264 = "libx264"
  case x265 = "libx265"
  case svtAV1 = "libsvtav1"
  case aomAV1 = "libaom-av1"
  case vpxVP9 = "libvpx-vp9"
  case ffv1

  package var isInstalled: Bool { avcodec_find_encoder_by_name(rawValue) != nil }

  /// How wide and high a film has to be.
  var leastSide: Int {
    switch self {
    case .x264, .aomAV1, .vpxVP9, .ffv1: 2
    case .x265: 16
    case .svtAV1: 64
    }
  }

  /// How long it may think, fastest first, and which it takes by itself; none where there is no choice.
  var presets: (names: [String], standard: String)? {
    switch self {
    case .x264: (Self.x26xPresets, "veryfast")
    case .x265: (Self.x26xPresets, "medium")
    case .svtAV1: ((0...13).reversed().map { "\($0)" }, "8")
    case .aomAV1: ((0...8).reversed().map { "\($0)" }, "6")
    case .vpxVP9: ((0...5).reversed().map { "\($0)" }, "2")
    case .ffv1: nil
    }
  }

  private static let x26xPresets = [
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo",
  ]

  /// Its options for constant quality in a film of `size`.
  ///
  /// Two of them keep the same frames from giving other bytes each time, as x264 and
  /// x265 read memory they never wrote (seen with x264 r3095 and x265 3.5).
  func options(quality: Int, preset: String, size: (width: Int, height: Int)) -> [(name: String, value: String)] {
    switch self {
    case .x264: [("crf", "\(quality)"), ("preset", preset)] + Self.x264Instructions
    case .x265:
      [("crf", "\(quality)"), ("preset", preset), ("x265-params", "log-level=none:ctu=\(Self.x265Block(size))")]
    // Its 0 says that nothing is said, and it takes a quality of its own.
    case .svtAV1: [("crf", "\(max(quality, 1))"), ("preset", preset)]
    case .aomAV1, .vpxVP9: [("crf", "\(quality)"), ("b", "0"), ("cpu-used", preset), ("row-mt", "1")]
    case .ffv1: [("level", "3"), ("slicecrc", "1")]
    }
  }

  /// x264 does so in small pictures with AVX-512; every processor that has it has AVX2.
  private static var x264Instructions: [(name: String, value: String)] {
    av_get_cpu_flags() & AV_CPU_FLAG_AVX512 == 0 ? [] : [("x264-params", "asm=avx2,fma3,bmi2")]
  }

  /// x265 does so in a picture that is one coding block wide or high: a smaller block then.
  private static func x265Block(_ size: (width: Int, height: Int)) -> Int {
    switch min(size.width, size.height) {
    case ...32: 16
    case ...64: 32
    default: 64
    }
  }
}
