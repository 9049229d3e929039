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

  @OptionGroup var subject: SubjectOptions

  @Option(help: "How many pictures, evenly spaced from the first frame to the last.")
  var count = 8

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the strip goes: .ppm, .png, or - for PPM on standard output.", valueName: "file"))
  var output = PictureOutput(argument: "strip.ppm")

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard StripOption.counts.contains(count) else {
      throw ValidationError("--count: found \(count); expected \(StripOption.range)")
    }
  }

  func run() throws {
    let script = try subject.script(frames: count)
    try output.check()
    try keepApart([output.file], from: script.files)
    let chosen = Timeline.evenFrames(count, of: script.timeline.count)
    let model = try subject.model.presets.model(script.model)
    let source = try WalkSource(script, subject.model.load(model), report, .frames(chosen))
    try output.check(roomFor: 1, by: source.count, of: source, scale: script.output.scale)
    try source.makePictures(for: output.file, by: model, onBadFrame: script.output.onBadFrame, report) { images in
      try output.write(.strip(images.map { try $0.enlarged(script.output.scale) }))
    }
  }
}
