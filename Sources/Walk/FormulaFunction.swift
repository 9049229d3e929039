#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

// Within the type below, these words are its cases.
private let (sinOf, cosOf, tanOf): (Real, Real, Real) = (sin, cos, tan)
private let (asinOf, acosOf, atanOf): (Real, Real, Real) = (asin, acos, atan)
private let (expOf, logOf): (Real, Real) = (exp, log)
private let (powOf, atan2Of): (Real2, Real2) = (pow, atan2)
private typealias Real = @Sendable (Double) -> Double
private typealias Real2 = @Sendable (Double, Double) -> Double

/// The functions of a formula, its operators among them.
enum FormulaFunction: String, Sendable, CaseIterable {
  case plus = "+"
  case minus = "-"
  case times = "*"
  case over = "/"
  case rest = "%"
  case power = "^"
  case negative
  case sin, cos, tan, asin, acos, atan, atan2
  case exp, log, sqrt, pow
  case abs, sign, floor, ceil, round, fract
  case min, max, clamp, lerp, step, smoothstep

  /// Those that are called by name.
  static let named = allCases.filter { $0.rawValue.first?.isLetter == true && $0 != .negative }

  /// How they are written, with their arguments.
  var usage: String {
    switch self {
    case .atan2: "atan2(y, x)"
    case .pow: "pow(base, exponent)"
    case .min, .max: "\(rawValue)(a, b, …)"
    case .clamp: "clamp(x, low, high)"
    case .lerp: "lerp(a, b, share)"
    case .step: "step(edge, x)"
    case .smoothstep: "smoothstep(from, to, x)"
    default: "\(rawValue)(x)"
    }
  }

  func accepts(_ arguments: Int) -> Bool {
    switch self {
    case .atan2, .pow, .step: arguments == 2
    case .min, .max: arguments >= 2
    case .clamp, .lerp, .smoothstep: arguments == 3
    default: arguments == 1
    }
  }

  func callAsFunction(_ a: [Double]) -> Double {
    switch self {
    case .plus: a[0] + a[1]
    case .minus: a[0] - a[1]
    case .times: a[0] * a[1]
    case .over: a[0] / a[1]
    case .rest: a[0] - a[1] * (a[0] / a[1]).rounded(.down)
    case .power, .pow: powOf(a[0], a[1])
    case .negative: -a[0]
    case .sin: sinOf(a[0])
    case .cos: cosOf(a[0])
    case .tan: tanOf(a[0])
    case .asin: asinOf(a[0])
    case .acos: acosOf(a[0])
    case .atan: atanOf(a[0])
    case .atan2: atan2Of(a[0], a[1])
    case .exp: expOf(a[0])
    case .log: logOf(a[0])
    case .sqrt: a[0].squareRoot()
    case .abs: Swift.abs(a[0])
    case .sign: a[0] > 0 ? 1 : a[0] < 0 ? -1 : a[0]
    case .floor: a[0].rounded(.down)
    case .ceil: a[0].rounded(.up)
    case .round: a[0].rounded()
    case .fract: a[0] - a[0].rounded(.down)
    case .min: a.dropFirst().reduce(a[0], Swift.min)
    case .max: a.dropFirst().reduce(a[0], Swift.max)
    case .clamp: Swift.min(Swift.max(a[0], a[1]), a[2])
    case .lerp: (1 - a[2]) * a[0] + a[2] * a[1]
    case .step: a[1] < a[0] ? 0 : 1
    case .smoothstep: smooth((a[2] - a[0]) / (a[1] - a[0]))
    }
  }

  private func smooth(_ x: Double) -> Double {
    let x = Swift.min(Swift.max(x, 0), 1)
    return x * x * (3 - 2 * x)
  }
}
