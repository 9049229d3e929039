import ArgumentParser

struct JoinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join",
    abstract: "Makes the film of frames that shards, or an interrupted run, have left.",
    discussion: """
      Renders nothing: where a frame is missing it says which. Takes the options that render was given.
      Example: latentwalk join car-to-tiger -o film.mp4
      after latentwalk render car-to-tiger --shard 1/2 -o film.mp4, and the same with --shard 2/2
      """)

  @OptionGroup var film: ScriptFilm

  func run() throws {
    guard !film.options.film.fresh else {
      throw Fault.usage("join --fresh: would throw away the frames that it is to join")
    }
    try film.render(.join)
  }
}
