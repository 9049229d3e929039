import ArgumentParser
import Diffusion
import Pixels
import Scripts
import Walk

/// How each picture is made. What is not given is the script's, or the model's own.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Width and height in pixels, such as 512x512. (default: the model's own)", valueName: "WxH"),
    transform: parseSize)
  var size: Size?

  @Option(help: ArgumentHelp("Steps from noise to picture. (default: \(Script.Default.steps))", valueName: "count"))
  var steps: Int?

  @Option(help: ArgumentHelp("The way from noise to picture. (default: the model's own)", valueName: "name"))
  var scheduler: SchedulerKind?

  @Option(
    help: ArgumentHelp(
      "How many times larger the result is, 1 to 64. (default: 1; of explore, as large as labels need)",
      valueName: "factor"))
  var scale: Int?

  @OptionGroup var shortcuts: ShortcutOptions

  func validate() throws {
    if let steps, !(1...1000).contains(steps) { throw ValidationError("--steps: found \(steps); expected 1 to 1000") }
    if let scale, !(1...64).contains(scale) { throw ValidationError("--scale: found \(scale); expected 1 to 64") }
  }

  /// Puts what is given over what a script says.
  func apply(to script: inout Script) {
    if let size { script.size = size }
    if let steps { script.steps = steps }
    if let scheduler { script.scheduler = scheduler }
    if let scale { script.output.scale = scale }
    shortcuts.apply(to: &script)
  }
}

/// How keyframes are mixed. What is not given is the script's.
struct MixOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("How prompts are mixed: lerp or slerp. (default: lerp)", valueName: "way"),
    transform: { text in
      guard let mix = Mix(rawValue: text), mix != .gaussian else { throw ValidationError("expected lerp or slerp") }
      return mix
    })
  var promptMix: Mix?

  @Option(help: ArgumentHelp("How noise is mixed. (default: slerp; gaussian on a smooth path)", valueName: "way"))
  var noiseMix: Mix?

  func apply(to script: inout Script) {
    if let promptMix { script.promptMix = promptMix }
    if let noiseMix { script.noiseMix = noiseMix }
  }
}

@Sendable func parseSize(_ text: String) throws -> Size {
  guard let size = Size(text) else {
    throw ValidationError("expected width and height in pixels, such as 512x512, at most \(Size.longestSide) each")
  }
  return size
}

@Sendable func parseRate(_ text: String) throws -> FrameRate {
  guard let rate = FrameRate(text) else { throw ValidationError("expected \(FrameRate.expected)") }
  return rate
}
