import ArgumentParser

@main
struct Latentwalk: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latentwalk",
    abstract: "Renders films in which one prompt becomes another.",
    discussion: """
      Begin with one of these:
        latentwalk walk "a photo of a car" "a photo of a tiger" -o film.mp4
        latentwalk presets
        latentwalk render car-to-tiger
      """,
    subcommands: [
      StripCommand.self, PlanCommand.self, ImageCommand.self, ExploreCommand.self, PresetsCommand.self, ModelCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }
}
