internal import Foundation

/// Colours as OKLab has them: lightness 0 to 1, then green to red, then blue to yellow.
///
/// Equal distances look about equally large. Björn Ottosson, "A perceptual color space for image processing" (2020).
enum OKLab {
  /// The colour of linear red, green and blue, each 0 to 1.
  static func colour(linear rgb: SIMD3<Float>) -> SIMD3<Float> {
    let cones = SIMD3(cbrtf(dot(l, rgb)), cbrtf(dot(m, rgb)), cbrtf(dot(s, rgb)))
    return SIMD3(dot(lightness, cones), dot(greenRed, cones), dot(blueYellow, cones))
  }

  /// The light of an sRGB byte, 0 to 1 (IEC 61966-2-1).
  static let light: [Float] = (0...255).map { byte in
    let value = Float(byte) / 255
    return value <= 0.04045 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
  }

  private static func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { (a * b).sum() }

  private static let l = SIMD3<Float>(0.4122214708, 0.5363325363, 0.0514459929)
  private static let m = SIMD3<Float>(0.2119034982, 0.6806995451, 0.1073969566)
  private static let s = SIMD3<Float>(0.0883024619, 0.2817188376, 0.6299787005)
  private static let lightness = SIMD3<Float>(0.2104542553, 0.7936177850, -0.0040720468)
  private static let greenRed = SIMD3<Float>(1.9779984951, -2.4285922050, 0.4505937099)
  private static let blueYellow = SIMD3<Float>(0.0259040371, 0.7827717662, -0.8086757660)
}
