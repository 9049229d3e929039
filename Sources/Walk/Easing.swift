#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// How a segment's progress grows with time: a monotone curve from (0, 0) to (1, 1).
public enum Easing: String, Sendable, CaseIterable {
  /// x
  case linear
  /// 3x² − 2x³, slow at both ends (smoothstep)
  case smooth
  /// 1 − cos(πx/2), slow at the start
  case easeIn = "ease-in"
  /// sin(πx/2), slow at the end
  case easeOut = "ease-out"

  /// The progress at time `x`, both 0 to 1; the ends are exact.
  public func callAsFunction(_ x: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    return switch self {
    case .linear: x
    case .smooth: x * x * (3 - 2 * x)
    case .easeIn: 1 - cos(x * .pi / 2)
    case .easeOut: sin(x * .pi / 2)
    }
  }

  /// How fast the progress grows at the start, as against a steady one.
  var startSlope: Double {
    switch self {
    case .linear: 1
    case .smooth, .easeIn: 0
    case .easeOut: .pi / 2
    }
  }

  /// How fast the progress grows at the end.
  var endSlope: Double {
    switch self {
    case .linear: 1
    case .smooth, .easeOut: 0
    case .easeIn: .pi / 2
    }
  }
}
