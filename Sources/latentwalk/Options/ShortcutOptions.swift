import ArgumentParser
import Diffusion
import Scripts

/// What is left out of the full computation, at some cost to the picture. What is not given is the script's.
struct ShortcutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Guide a part of the way only, such as 0.2..0.8 from noise to picture. (default: all)", valueName: "a..b"),
    transform: { text in
      guard let interval = GuidanceInterval(text) else {
        throw ValidationError("expected \(GuidanceInterval.expected)")
      }
      return interval
    })
  var guidanceInterval: GuidanceInterval?

  @Option(
    help: ArgumentHelp(
      "Compute the network's deep layers in every Nth step only. (default: in every step)", valueName: "deep:N"),
    transform: { text in
      guard let cache = FeatureCache(text) else { throw ValidationError("expected \(FeatureCache.expected)") }
      return cache
    })
  var cache: FeatureCache?

  @Flag(help: "Look quickly: at most 8 steps, and half the size where that leaves 256 pixels or more.")
  var preview = false

  static let previewSteps = 8

  var shortcuts: Shortcuts { Shortcuts(guidanceInterval: guidanceInterval, cache: cache) }

  /// As many steps as are asked for, or fewer.
  func steps(_ wanted: Int) -> Int { preview ? min(wanted, Self.previewSteps) : wanted }

  func apply(to script: inout Script) {
    if let guidanceInterval { script.shortcuts.guidanceInterval = guidanceInterval }
    if let cache { script.shortcuts.cache = cache }
    if preview {
      script.steps = steps(script.steps)
      script.isPreview = true
    }
  }
}
