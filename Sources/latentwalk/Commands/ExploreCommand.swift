import ArgumentParser
import Pixels
import Scripts

struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Renders a prompt with many seeds, as a labelled sheet to choose keyframes from.",
    discussion: """
      Example: latentwalk explore "a photo of a tiger" --seeds 0-15 -o sheet.png
      """)

  @Argument(help: "What the pictures show.")
  var prompt: String

  @Option(help: ArgumentHelp("The seeds, one by one or as a range.", valueName: "seeds"), transform: Seeds.parse)
  var seeds = Seeds(Array(0...15))

  @Option(help: ArgumentHelp("Pictures in a row. (default: as many as rows)", valueName: "count"))
  var columns: Int?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the sheet goes: .png, .ppm, or - for PPM on standard output.", valueName: "file"))
  var output = PictureOutput(argument: "sheet.png")

  @OptionGroup var text: PromptOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var model: ModelOptions

  func validate() throws {
    if let columns, !(1...100).contains(columns) {
      throw ValidationError("--columns: found \(columns); expected 1 to 100")
    }
  }

  func run() throws {
    try output.check()
    let studio = try Studio(prompt, seeds: seeds.values, text, pictures, model)
    let images = try studio.pictures(atOnce: studio.atOnce, report)
    let scale = pictures.scale ?? images[0].readableScale
    let tiles = try zip(images, seeds.values).map { (image: try $0.enlarged(scale), label: "seed \($1)") }
    let square = Int(Double(tiles.count).squareRoot().rounded(.up))
    try output.write(ContactSheet(columns: columns ?? square).draw(tiles))
  }
}
