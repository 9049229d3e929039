import ArgumentParser
import Pixels
import Scripts

struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Renders prompts with many seeds, as a labelled sheet to choose keyframes from.",
    discussion: """
      Several prompts have a row each and seeds a column each, so that a column is one noise seen by all prompts.
      Example: latentwalk explore "a photo of a tiger" --seeds 0-15 -o sheet.png
      """)

  @Argument(help: ArgumentHelp("What the pictures show.", valueName: "prompts"))
  var prompts: [String]

  @Option(
    help: ArgumentHelp("The seeds, one by one or as a range. (default: 0-15)", valueName: "seeds"),
    transform: Seeds.parse)
  var seeds = Seeds(Array(0...15))

  @Option(help: ArgumentHelp("Pictures of one prompt in a row. (default: as many as rows)", valueName: "count"))
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
    guard columns == nil || prompts.count == 1 else {
      throw ValidationError("--columns goes with one prompt; of \(prompts.count) prompts each seed has its column")
    }
    guard prompts.count * seeds.values.count <= Seeds.limit else {
      throw ValidationError(
        "found \(prompts.count) prompts by \(seeds.values.count) seeds; expected at most \(Seeds.limit) pictures")
    }
  }

  func run() throws {
    try output.check()
    try Lettering.check()
    let studio = try Studio(prompts, seeds: seeds.values, text, pictures, model)
    let scale = pictures.scale ?? Image.readableScale(ofWidth: studio.width)
    let columns =
      prompts.count > 1 ? seeds.values.count : columns ?? Int(Double(studio.count).squareRoot().rounded(.up))
    try output.check(roomFor: (studio.count + columns - 1) / columns, by: columns, of: studio, scale: scale)
    let labels = seeds.values.map { "seed \($0)" }
    func name(_ index: Int) -> String {
      let (prompt, label) = (prompts[index / labels.count], labels[index % labels.count])
      return prompts.count > 1 ? "\(prompt), \(label)" : label
    }
    try studio.makePictures(for: output.file, by: studio.folder, report, named: name) { small in
      let images = try small.map { try $0.enlarged(scale) }
      if prompts.count == 1 {
        try output.write(ContactSheet(columns: columns).draw(zip(images, labels).map { (image: $0, label: $1) }))
      } else {
        try output.write(GridSheet(columns: labels, rows: prompts).draw(images))
      }
    }
  }
}
