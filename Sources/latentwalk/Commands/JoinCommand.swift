import ArgumentParser
import Scripts
import Walk

struct JoinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join",
    abstract: "Makes the film of frames that shards, or an interrupted run, have left.",
    discussion: """
      Renders nothing: where a frame is missing it says which. Takes the options that render was given.
      Example: latentwalk join car-to-tiger -o film.mp4
      after latentwalk render car-to-tiger --shard 1/2 -o film.mp4, and the same with --shard 2/2
      """)

  @Argument(help: ArgumentHelp("A script's file, or a shipped script's name.", valueName: "script"))
  var name: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the film goes. (default: what the script says)", valueName: "file"))
  var output: String?

  @OptionGroup var strip: StripOption
  @OptionGroup var options: ScriptOptions

  func run() throws {
    guard !options.film.fresh else { throw Fault.usage("join --fresh: would throw away the frames that it is to join") }
    try strip.check()
    let film = try Film(named: name, at: output, options)
    try strip.check(frames: film.script.timeline.count)
    try Projector(options.model, options.film).render(film, .join, strip: strip)
  }
}
