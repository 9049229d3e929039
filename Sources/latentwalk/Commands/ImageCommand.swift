import ArgumentParser
import Diffusion
import Scripts

struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Renders one picture.",
    discussion: """
      Example: latentwalk image "a photo of a tiger" --seed 7 -o tiger.png
      """)

  @Argument(help: "What the picture shows.")
  var prompt: String

  @Option(
    help: ArgumentHelp(
      "The seed of the noise that the picture is made of. (default: \(Script.Default.seed))", valueName: "number"),
    transform: { text in
      guard let seed = UInt64(text) else { throw ValidationError("expected a whole number from 0 to \(UInt64.max)") }
      return seed
    })
  var seed = Script.Default.seed

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the picture goes: .png, .ppm, or - for PPM on standard output.", valueName: "file"))
  var output = PictureOutput(argument: "image.png")

  @OptionGroup var text: PromptOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var model: ModelOptions

  func run() throws {
    try output.check()
    let studio = try Studio([prompt], seeds: [seed], text, pictures, model)
    // One picture is there or not: nothing of it can be kept before.
    try studio.makePictures(for: nil, by: studio.folder, report) { images in
      try output.write(images[0].enlarged(pictures.scale ?? 1))
    }
  }
}
