internal import Diffusion
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
    if hasPictures, let scheduler, !SchedulerKind.reversible.contains(scheduler) {
      return Conflict(
        key: "scheduler", found: "\(scheduler.rawValue) and a keyframe that shows a picture",
        expected: "\(SchedulerKind.reversible.map(\.rawValue).joined(separator: " or ")), whose steps can be undone")
    }
    if timeline.spacing == .even, timeline.keyframes.contains(where: { $0.picture != nil && $0.guidance.readsClock }) {
      return Conflict(
        key: "spacing",
        found:
          "even, which moves keyframes, and a picture's guidance by the clock, under which it is led back to noise",
        expected: "even-between, or a formula of t")
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
    if timeline.path == .smooth, method.name == .blend {
      return Conflict(
        key: "method", found: "blend on a smooth path, whose curve would leave the branches between two keyframes",
        expected: "a linear path, or another method")
    }
    if shortcuts.cache != nil, let reason = reasonAgainstCache {
      return Conflict(key: "cache", found: "a cache with \(reason)", expected: "no cache")
    }
    return nil
  }

  /// What cannot do with features of an earlier step; nil where all can.
  private var reasonAgainstCache: String? {
    switch method.name {
    case .attention: "the method attention, which listens to every layer at every step"
    case .blend: "the method blend, whose branches begin between two steps and know no earlier one's features"
    case .walk:
      hasPictures ? "a keyframe that shows a picture, which is led back to noise through all layers at every step" : nil
    }
  }
}

extension Quantity {
  /// Whether it depends on when in the film a frame is shown, and not on its part of a way alone.
  fileprivate var readsClock: Bool { !names.isDisjoint(with: [.frame, .seconds, .beat]) }
}
