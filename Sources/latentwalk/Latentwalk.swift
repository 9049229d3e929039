import ArgumentParser

@main
struct Latentwalk: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Renders films in which one prompt becomes another.")
}
