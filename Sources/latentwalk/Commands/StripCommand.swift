import ArgumentParser
import Pixels
import Scripts
import Walk

struct StripCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strip",
    abstract: "Renders some pictures of a walk side by side.",
    discussion: """
      One argument is a script, two or more are prompts.
      Example: latentwalk strip "a photo of a car" "a photo of a tiger" --count 8 -o strip.png
      """)

  @Argument(help: ArgumentHelp("A script, or prompts.", valueName: "script or prompts"))
  var subjects: [String]

  @Option(help: "How many pictures, evenly spaced from the first frame to the last.")
  var count = 8

  @Option(
    help: ArgumentHelp("One seed for all prompts or one for each, such as 42,1337. (default: 42)", valueName: "seeds"),
    transform: Seeds.parse)
  var seeds: Seeds?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the strip goes: .ppm, .png, or - for PPM on standard output.", valueName: "file"))
  var output = PictureOutput(argument: "strip.ppm")

  @OptionGroup var prompts: PromptOptions
  @OptionGroup var images: ImageOptions
  @OptionGroup var way: WayOptions
  @OptionGroup var mixing: MixOptions
  @OptionGroup var method: MethodOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var model: ModelOptions

  func validate() throws {
    guard (2...1000).contains(count) else { throw ValidationError("--count: found \(count); expected 2 to 1000") }
  }

  func run() throws {
    let script = try script()
    try output.check()
    let chosen = Timeline.evenFrames(count, of: script.timeline.count)
    let source = try WalkSource(script, model.load(script.model), .frames(chosen))
    let images = try source.pictures(atOnce: source.atOnce, report)
    try output.write(.strip(images.map { try $0.enlarged(script.output.scale) }))
  }

  /// The script, or prompts as a film of `count` frames.
  private func script() throws -> Script {
    var script: Script
    if subjects.count == 1, seeds == nil, images.isEmpty {
      guard prompts.negative == nil, prompts.guidance == nil else {
        throw Fault.usage(
          "--negative and --guidance go with prompts; \(subjects[0]) is a script, whose keyframes have their own")
      }
      script = try model.presets.script(subjects[0])
      try way.apply(to: &script)
    } else {
      let walk = PromptWalk(subjects, seeds: seeds, prompts, images)
      script = Script(timeline: try walk.timeline(frames: count, rate: Script.Default.rate, way))
    }
    model.apply(to: &script)
    pictures.apply(to: &script)
    mixing.apply(to: &script)
    try method.apply(to: &script)
    try script.refuseConflict()
    guard script.timeline.count >= count else {
      throw Fault.usage(
        "--count: found \(count) for a film of \(script.timeline.count) frames; expected no more than that")
    }
    return script
  }
}
