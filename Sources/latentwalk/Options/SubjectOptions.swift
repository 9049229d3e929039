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
  @OptionGroup var length: LengthOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var way: WayOptions
  @OptionGroup var mixing: MixOptions
  @OptionGroup var method: MethodOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var badFrames: BadFrameOptions
  @OptionGroup var model: ModelOptions

  /// The script with the options put over it, or prompts as a film; it has at least `count` frames.
  ///
  /// Prompts are the film that `walk` makes of the same options, where one of them, or a formula, counts its time;
  /// otherwise a film of just those frames, which shows the keyframes themselves where it can.
  func script(frames count: Int) throws -> Script {
    var script: Script
    let (name, isPlain) = (subjects[0], seeds == nil && images.isEmpty)
    if subjects.count == 1, isPlain || model.presets.isScript(name) {
      let option = seeds != nil ? "--seeds" : images.isEmpty ? prompts.given ?? length.given ?? pace.given : "--image"
      if let option {
        let hint = isPlain || name.contains(".") ? "" : "; as a prompt it is '\"\(name)\"'"
        throw Fault.usage("\(option) goes with prompts; \(name) is a script, whose keyframes say it themselves\(hint)")
      }
      do {
        script = try model.presets.script(name)
      } catch let error as ScriptError where error.isMissing && error.file == name {
        throw Fault(code: .missingInput, description: "\(error); or prompts: two of them, or one with several --seeds")
      }
      try way.apply(to: &script)
    } else {
      let walk = PromptWalk(subjects, seeds: seeds, prompts, images)
      try pace.check(length)
      let isTimed = length.given != nil || pace.isTimed || walk.countsTime
      script = Script(
        timeline: try walk.timeline(frames: isTimed ? length.count() : count, rate: length.rate, way, pace))
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
