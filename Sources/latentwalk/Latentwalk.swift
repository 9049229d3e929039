import ArgumentParser
import Scripts

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
      WalkCommand.self, RenderCommand.self, JoinCommand.self, BatchCommand.self, StripCommand.self, PlanCommand.self,
      ImageCommand.self, ExploreCommand.self, GridCommand.self, SliderCommand.self, MapCommand.self,
      MeasureCommand.self,
      PresetsCommand.self, ModelCommand.self,
    ])

  static func main() {
    do {
      try checkName(CommandLine.arguments.dropFirst().first)
      var command = try parseAsRoot(joiningNegatives(Array(CommandLine.arguments.dropFirst())))
      try command.run()
      leave(with: .success)
    } catch {
      end(with: error)
    }
  }

  /// `--crf -1` as `--crf=-1`: a number below zero belongs to the option before it, which then says what it expects.
  private static func joiningNegatives(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    return arguments.enumerated().reduce(into: []) { joined, next in
      let (index, argument) = next
      if index < end, let option = joined.last, option.hasPrefix("--"), !option.contains("="),
        argument.wholeMatch(of: #/-[0-9.][0-9.,-]*[a-z]*/#) != nil
      {
        joined[joined.count - 1] = option + "=" + argument
      } else {
        joined.append(argument)
      }
    }
  }

  /// Throws where the first word is no command, with the one that it may mean.
  private static func checkName(_ word: String?) throws {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word, !word.hasPrefix("-"), word != "help", !names.contains(word) else { return }
    let hint = nearest(word, in: names).map { "; did you mean \($0)?" } ?? ""
    throw Fault.usage("found no command \(word); expected one of \(names.joined(separator: ", "))\(hint)")
  }
}
