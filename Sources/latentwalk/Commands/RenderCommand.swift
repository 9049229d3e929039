import ArgumentParser
import Scripts
import Walk

struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Renders the film of a script.",
    discussion: """
      Options that are given stand above what the script says. After Ctrl-C the same command goes on.
      Processes on one machine or several, with a disk in common, can each render a share of the frames: see --shard.
      Example: latentwalk render Presets/car-to-tiger.yaml -o film.mp4
      """)

  @Argument(help: ArgumentHelp("A script's file, or a shipped script's name.", valueName: "script"))
  var name: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the film goes. (default: what the script says)", valueName: "file"))
  var output: String?

  @OptionGroup var share: ShardOption
  @OptionGroup var strip: StripOption
  @OptionGroup var options: ScriptOptions

  func run() throws {
    try share.check(options.film, strip)
    try strip.check()
    let film = try Film(named: name, at: output, options)
    try strip.check(frames: film.script.timeline.count)
    try Projector(options.model, options.film).render(film, share.shard.map { .shard($0) } ?? .whole, strip: strip)
  }
}
