import ArgumentParser
import Scripts
import Walk

/// A walk to look at: a script, or prompts with their seeds.
struct SubjectOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("A script, or prompts.", valueName: "script or prompts"))
  var subjects: [String]

  @Option(
    help: ArgumentHelp("One seed for all prompts or one for each, such as 42,1337. (default: 42)", valueName: "seeds"),
    transform: Seeds.parse)
  var seeds: Seeds?

  @OptionGroup var prompts: PromptOptions
  @OptionGroup var images: ImageOptions
  @OptionGroup var way: WayOptions
  @OptionGroup var mixing: MixOptions
  @OptionGroup var method: MethodOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var badFrames: BadFrameOptions
  @OptionGroup var model: ModelOptions

  /// The script with the options put over it, or prompts as a film of `count` frames; it has at least that many.
  func script(frames count: Int) throws -> Script {
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
    badFrames.apply(to: &script)
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
