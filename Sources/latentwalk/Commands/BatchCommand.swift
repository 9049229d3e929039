import ArgumentParser
import Foundation
import Pixels
import Scripts

struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Renders the films of many scripts.",
    discussion: """
      A script that fails does not stop the others; the exit code is that of the first that failed. A film that is there
      already, made of the same script, options and model, is left as it is, so that the same command goes on.
      Example: latentwalk batch Presets -o films
      """)

  @Argument(help: ArgumentHelp("Scripts, or folders whose .yaml files are scripts.", valueName: "scripts"))
  var names: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder where the films go; it is made if it is missing. (default: where each script says)",
      valueName: "folder"))
  var output: String?

  @OptionGroup var options: ScriptOptions

  func run() throws {
    let names = try names.flatMap(scripts)
    if let output { try makeFolder(output) }
    let projector = Projector(options.model, options.film)
    var (films, failures): ([String: String], [any Error]) = ([:], [])
    var found = 0
    for name in names {
      do {
        if try !projector.render(film(name, after: &films), .missing) { found += 1 }
      } catch let error as Fault where error.code == .interrupted {
        throw error
      } catch {
        tell(line(for: error, of: name))
        failures.append(error)
      }
    }
    let rendered = names.count - failures.count - found
    options.film.report.say(
      "\(rendered) of \(names.count) films rendered" + (found > 0 ? ", \(found) there already" : ""))
    if let first = failures.first { throw ExitCode(for: first) }
  }

  /// The film of a script; `films` are those before it, by path, with their scripts.
  private func film(_ name: String, after films: inout [String: String]) throws -> Film {
    let script = try options.script(name)
    var path = Film.path(of: script, named: ScriptOptions.title(name))
    if let output { path = output + "/" + URL(filePath: path).lastPathComponent }
    let film = try Film(script, at: path)
    let place = film.url.standardizedFileURL.path
    if let other = films[place] {
      throw Fault.usage("\(name): found the film \(path), which \(other) has written; expected another name")
    }
    films[place] = name
    return film
  }

  /// A script itself, or those of a folder in alphabetical order.
  private func scripts(_ name: String) throws -> [String] {
    guard FileStatus(name) == .folder else { return [name] }
    let all = try Pixels.names(inFolder: name)
    let scripts = all.filter { !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }.sorted()
    guard !scripts.isEmpty else {
      throw Fault(code: .missingInput, description: "\(name): found no .yaml file in the folder; expected scripts")
    }
    return scripts.map { (name.hasSuffix("/") ? name : name + "/") + $0 }
  }

  private func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw PictureError.cannotCreate(path: path, reason: (error as NSError).localizedDescription)
    }
  }
}
