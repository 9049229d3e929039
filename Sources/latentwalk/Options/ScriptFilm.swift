import ArgumentParser
import Scripts
import Walk

/// A script's film, and what stands above the script.
struct ScriptFilm: ParsableArguments {
  @Argument(help: ArgumentHelp("A script's file, or a shipped script's name.", valueName: "script"))
  var name: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the film goes. (default: what the script says)", valueName: "file"))
  var output: String?

  @OptionGroup var strip: StripOption
  @OptionGroup var options: ScriptOptions

  /// Makes the film, or a part of it.
  func render(_ part: Film.Part) throws {
    try strip.check()
    let script = try options.script(name)
    let film = try Film(script, at: output ?? Film.path(of: script, named: ScriptOptions.title(name)))
    try strip.check(frames: script.timeline.count)
    try Projector(options.model, options.film).render(film, part, strip: strip)
  }
}
