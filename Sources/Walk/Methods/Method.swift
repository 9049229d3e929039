/// How the pictures between two keyframes are made.
public enum Method: Sendable, Hashable {
  /// Each from its own mix of noise and prompts, alone.
  case walk
  /// By latent blending.
  case blend(Blend)
  /// By attention interpolation.
  case attention(AttentionInterpolation)

  public enum Name: String, Sendable, CaseIterable {
    case walk, blend, attention
  }

  /// A method with its usual options.
  public init(_ name: Name) {
    self =
      switch name {
      case .walk: .walk
      case .blend: .blend(Blend())
      case .attention: .attention(AttentionInterpolation())
      }
  }

  public var name: Name {
    switch self {
    case .walk: .walk
    case .blend: .blend
    case .attention: .attention
    }
  }
}
