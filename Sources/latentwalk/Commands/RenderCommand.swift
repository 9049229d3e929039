import ArgumentParser
import Scripts
import Walk

struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Renders the film of a script.",
    discussion: """
      Options that are given stand above what the script says. After Ctrl-C the same command goes on.
      Example: latentwalk render Presets/car-to-tiger.yaml -o film.mp4
      """)

  @Argument(help: ArgumentHelp("A script's file, or a shipped script's name.", valueName: "script"))
  var name: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the film goes. (default: what the script says)", valueName: "file"))
  var output: String?

  @OptionGroup var strip: StripOption
  @OptionGroup var options: ScriptOptions

  func run() throws {
    try strip.check()
    let script = try options.script(name)
    let film = try Film(script, at: output ?? Film.path(of: script, named: ScriptOptions.title(name)))
    try strip.check(frames: script.timeline.count)
    try Projector(options.model, options.film).render(film, strip: strip)
  }
}
