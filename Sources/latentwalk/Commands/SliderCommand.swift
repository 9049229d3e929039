import ArgumentParser
import Diffusion
import Foundation
import Pixels
import Scripts
import Walk

struct SliderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slider",
    abstract: "Renders a prompt with more and less of an attribute, as a labelled sheet.",
    discussion: """
      The direction is a difference of prompts, as the text encoder sees them; it is added to the prompt at each
      strength. At strength 0 the picture is that of the prompt alone, unless a text of the direction is longer than the
      model reads at once. Each row has its own seed.
      Example: latentwalk slider "a cat" --direction '"a tiger" - "a cat"' --strengths -1..1 -o slider.png
      """)

  @Argument(help: "What the pictures show.")
  var prompt: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What is added: a sum of prompts in quotes whose factors add up to 0, such as '\(Direction.example)'.",
      valueName: "difference"), transform: Direction.init)
  var direction: Direction

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much of the direction is added: a range, or one by one as -1,0,1.5. (default: -2..2)",
      valueName: "strengths"), transform: Strengths.parse)
  var strengths: Strengths?

  @Option(help: ArgumentHelp("How many strengths a range gives. (default: 9)", valueName: "count"))
  var count: Int?

  @Option(
    help: ArgumentHelp("The seeds, one for each row. (default: 42)", valueName: "seeds"), transform: Seeds.parse)
  var seeds: Seeds?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the sheet goes: .png, .ppm, or - for PPM on standard output.", valueName: "file"))
  var output = PictureOutput(argument: "slider.png")

  @OptionGroup var text: PromptOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var model: ModelOptions

  func validate() throws {
    if let count, !(2...Strengths.limit).contains(count) {
      throw ValidationError("--count: found \(count); expected 2 to \(Strengths.limit)")
    }
    if count != nil, case .each = strengths {
      throw ValidationError("--count goes with a range of --strengths; found strengths one by one")
    }
  }

  func run() throws {
    try output.check()
    try Lettering.check()
    let strengths = (strengths ?? .range(-2, 2)).values(count ?? 9)
    let seeds = seeds?.values ?? [Script.Default.seed]
    guard seeds.count * strengths.count <= Seeds.limit else {
      throw Fault.usage(
        "found \(seeds.count) seeds by \(strengths.count) strengths; expected at most \(Seeds.limit) pictures")
    }
    // A point on a slider is a mix: one of the prompt, and s times its factor of each of the direction's.
    let (prompts, factors) = ([prompt] + direction.prompts, direction.factors)
    let mixes = seeds.indices.flatMap { row in
      strengths.map { s -> [Weight] in
        let weights: [Double] = [1] + factors.map { s * $0 }
        return weights.enumerated().map { Weight(prompts.count * row + $0.offset, $0.element) }.filter { $0.value != 0 }
      }
    }
    _ = try text.still(1, "prompt")
    let walk = PromptWalk(
      seeds.flatMap { _ in prompts }, seeds: Seeds(seeds.flatMap { seed in prompts.map { _ in seed } }), text)
    var script = Script(
      noiseMix: .gaussian,
      timeline: try walk.timeline(frames: prompts.count * seeds.count, rate: Script.Default.rate))
    pictures.apply(to: &script)
    model.apply(to: &script)
    try script.refuseConflict()
    let folder = try model.presets.model(script.model)
    let source = try WalkSource(script, model.load(folder), report, .mixes(mixes))
    try output.check(roomFor: seeds.count, by: strengths.count, of: source, scale: script.output.scale)
    let sheet = GridSheet(
      columns: strengths.map { $0 == 0 ? "0" : String(format: "%+.3g", $0) },
      rows: seeds.map { seeds.count > 1 ? "seed \($0)" : "" })
    try source.makePictures(for: output.file, by: folder, report) { images in
      try output.write(sheet.draw(images.map { try $0.enlarged(script.output.scale) }))
    }
  }
}
