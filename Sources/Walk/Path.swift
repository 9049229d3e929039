/// How a walk leads through its keyframes.
public enum Path: String, Sendable, CaseIterable {
  /// Straight from each to the next, with a corner at every keyframe.
  case linear
  /// Through all of them along one smooth curve: no corner, and every keyframe still hit exactly. See `Course`.
  case smooth

  /// The mix of noise that goes with it where nobody chooses: on a smooth path up to four keyframes meet, and an arc
  /// leads between two.
  public var noiseMix: Mix {
    switch self {
    case .linear: .slerp
    case .smooth: .gaussian
    }
  }
}
