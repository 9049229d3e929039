import ArgumentParser
import Scripts
import Walk

/// How the walk goes through its keyframes. What is not given is the script's.
struct WayOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How the way leads through the keyframes. (default: linear)", valueName: "shape"))
  var path: Path?

  @Option(help: ArgumentHelp("What comes after the last keyframe. (default: none)", valueName: "way"))
  var loop: Loop?

  @Option(
    help: ArgumentHelp(
      "How frames are spread: by time, or so that neighbours differ by the same. (default: time)", valueName: "way"))
  var spacing: Spacing?

  func apply(to script: inout Script) throws {
    guard path != nil || loop != nil || spacing != nil else { return }
    script.timeline = try script.timeline.with(path: path, loop: loop, spacing: spacing)
  }
}
