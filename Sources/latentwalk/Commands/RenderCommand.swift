import ArgumentParser

struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Renders the film of a script.",
    discussion: """
      Options that are given stand above what the script says. After Ctrl-C the same command goes on.
      Processes on one machine or several, with a disk in common, can each render a share of the frames: see --shard.
      Example: latentwalk render Presets/car-to-tiger.yaml -o film.mp4
      """)

  @OptionGroup var share: ShardOption
  @OptionGroup var film: ScriptFilm

  func run() throws {
    try share.check(film.options.film, film.strip)
    try film.render(share.shard.map { .shard($0) } ?? .whole)
  }
}
