import ArgumentParser

@main
struct Latentwalk: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latentwalk",
    abstract: "Renders films in which one prompt becomes another.",
    discussion: """
      Begin with one of these:
        latentwalk walk "a photo of a car" "a photo of a tiger" -o film.mp4
        latentwalk presets
        latentwalk render car-to-tiger
      """,
    version: Version.current,
    subcommands: [
      WalkCommand.self, RenderCommand.self, BatchCommand.self, StripCommand.self, PlanCommand.self,
      ImageCommand.self, ExploreCommand.self, PresetsCommand.self, ModelCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      end(with: error)
    }
  }
}
