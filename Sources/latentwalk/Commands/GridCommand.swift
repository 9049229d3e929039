import ArgumentParser
import Foundation
import Pixels
import Scripts
import Video
import Walk

struct GridCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grid",
    abstract: "Renders the square between four corners, as a labelled sheet or as a film that travels over it.",
    discussion: """
      The corners are, from the upper left to the lower right, four prompts, four seeds, four of each, four pictures,
      or two prompts from left to right by two seeds from top to bottom. Noise stays noise: it is mixed by the prompts'
      weights, divided by their length.
      Example: latentwalk grid "a cat" "a dog" "a lion" "a tiger" --seeds 3 --columns 6 --rows 6 -o grid.png
      """)

  @Argument(help: ArgumentHelp("What the corners show: one, two or four prompts.", valueName: "prompts"))
  var prompts: [String]

  @Option(
    help: ArgumentHelp("One, two or four seeds, such as 42 or 0-3. (default: 42)", valueName: "seeds"),
    transform: Seeds.parse)
  var seeds: Seeds?

  @Option(help: ArgumentHelp("Pictures in a row of the sheet. (default: 8)", valueName: "count"))
  var columns: Int?

  @Option(help: ArgumentHelp("Rows of the sheet, or of the film's way. (default: 8)", valueName: "count"))
  var rows: Int?

  @Option(help: ArgumentHelp("The film's way: row after row, or once around and closed. (default: rows)"))
  var route: Grid.Route?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the sheet or the film goes: .png, .ppm, - for PPM on standard output, or a film's ending.",
      valueName: "file"))
  var output = "grid.png"

  @OptionGroup var strip: StripOption
  @OptionGroup var length: LengthOptions
  @OptionGroup var text: PromptOptions
  @OptionGroup var images: ImageOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var film: FilmOptions
  @OptionGroup var model: ModelOptions

  func validate() throws {
    for (name, count) in [("--columns", columns), ("--rows", rows)] {
      if let count, !(2...100).contains(count) { throw ValidationError("\(name): found \(count); expected 2 to 100") }
    }
  }

  func run() throws {
    let isSheet = output == "-" || (try? PictureFormat(for: URL(filePath: output))) != nil
    guard isSheet || FilmContainer(rawValue: URL(filePath: output).pathExtension.lowercased()) != nil else {
      let films = FilmContainer.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
      throw Fault.usage("-o \(output): expected .png, .ppm or - for a sheet, or one of \(films) for a film")
    }
    try isSheet ? drawSheet() : renderFilm()
  }

  private func drawSheet() throws {
    if let option = filmOption {
      throw Fault.usage("\(option) goes with a film; \(output) is a sheet of pictures")
    }
    let output = PictureOutput(argument: output)
    try output.check()
    try Lettering.check()
    let (columns, rows) = (columns ?? 8, rows ?? 8)
    let script = try script()
    try keepApart([output.file], from: script.files)
    let places = Grid.cells(columns: columns, rows: rows)
    let folder = try model.presets.model(script.model)
    let source = try WalkSource(script, model.load(folder), film.report, .mixes(places.map(\.weights)))
    try output.check(roomFor: rows, by: columns, of: source, scale: script.output.scale)
    let sheet = GridSheet(
      columns: Self.parts(columns), rows: Self.parts(rows), corners: Self.labels(of: script.timeline.keyframes))
    let policy = film.badFrames.onBadFrame ?? .retry
    try source.makePictures(for: output.file, by: folder, onBadFrame: policy, film.report) { images in
      try output.write(sheet.draw(images.map { try $0.enlarged(script.output.scale) }))
    }
  }

  private func renderFilm() throws {
    if columns != nil {
      throw Fault.usage("--columns goes with a sheet of pictures; a film passes along each row without stops")
    }
    let route = route ?? .rows
    if rows != nil, route != .rows {
      throw Fault.usage("--rows goes with --route rows; a circle has none")
    }
    let points = route.points(try length.count(), rows: rows ?? 8)
    try strip.check()
    try strip.check(frames: points.count)
    try Projector(model, film).render(Film(script(), at: output, over: points), strip: strip)
  }

  /// An option that a sheet has no use for; nil where none is given.
  private var filmOption: String? {
    let given = [
      (route != nil, "--route"), (film.codec != nil, "--codec"), (film.crf != nil, "--crf"),
      (film.sound != nil, "--sound"), (film.soundStart != nil, "--sound-start"),
      (film.fresh, "--fresh"),
      (film.keepFrames, "--keep-frames"), (strip.path != nil, "--strip"),
    ]
    return length.given ?? given.first { $0.0 }?.1
  }

  /// The corners as four keyframes.
  private func script() throws -> Script {
    let seeds = seeds?.values ?? [Script.Default.seed]
    let corners: (prompts: [String], seeds: [UInt64])
    switch (prompts.count, seeds.count) {
    case (4, 4), (4, 1), (1, 4): corners = (prompts, seeds)
    case (1, 1) where images.last == 4: corners = (prompts, seeds)
    case (2, 2):
      corners = ([prompts[0], prompts[1], prompts[0], prompts[1]], [seeds[0], seeds[0], seeds[1], seeds[1]])
    default:
      throw Fault.usage(
        "found \(prompts.count.counted("prompt")) and \(seeds.count.counted("seed")); expected four corners: four of either or of both, two prompts and two seeds, or an --image for the fourth"
      )
    }
    _ = try text.still(4, "corner")
    for strength in images.strengths { _ = try strength.still("--strength") }
    let walk = PromptWalk(corners.prompts, seeds: Seeds(corners.seeds), text, images)
    var script = Script(noiseMix: .gaussian, timeline: try walk.timeline(frames: 4, rate: length.rate))
    pictures.apply(to: &script)
    try film.apply(to: &script)
    model.apply(to: &script)
    try script.refuseConflict()
    return script
  }

  /// How far each column or row is from the first.
  private static func parts(_ count: Int) -> [String] {
    (0..<count).map { "\((100 * $0 + (count - 1) / 2) / (count - 1)) %" }
  }

  /// What tells the corners from one another.
  private static func labels(of corners: [Keyframe]) -> [String] {
    let (prompts, seeds) = (Set(corners.map(\.prompt)), Set(corners.map(\.seed)))
    return corners.map { corner in
      let parts = (prompts.count > 1 ? [corner.prompt] : []) + (seeds.count > 1 ? ["seed \(corner.seed)"] : [])
      return parts.joined(separator: ", ")
    }
  }
}

extension Grid.Route: ExpressibleByArgument {}
