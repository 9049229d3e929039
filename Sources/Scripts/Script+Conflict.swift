internal import Walk

extension Script {
  /// Two things that a script says and that exclude each other.
  package struct Conflict: Sendable, Equatable {
    /// The key at fault; an option of the same name has the same meaning.
    package let key: String
    package let found: String
    package let expected: String
  }

  /// What in it cannot go together; nil where all can.
  package var conflict: Conflict? {
    if promptMix == .gaussian {
      return Conflict(
        key: "prompt-mix",
        found: "gaussian, which keeps the strength of independent noises and would change a prompt's",
        expected: "lerp or slerp")
    }
    if timeline.path == .smooth {
      for (key, mix, others) in [("prompt-mix", promptMix, "lerp"), ("noise-mix", noiseMix, "gaussian or lerp")]
      where !mix.mixesMany {
        return Conflict(
          key: key,
          found: "\(mix.rawValue), which goes between two keyframes, on a smooth path, which mixes up to four",
          expected: "\(others), or a linear path")
      }
    }
    return nil
  }
}
