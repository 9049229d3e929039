import ArgumentParser
import Foundation
import Pixels

struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measures how evenly and how sharply a film changes.",
    discussion: """
      The distance of two pictures is 0 where they are the same and about 1 where they have nothing in common.
      Evenness is one minus the Gini coefficient of the distances, variation their deviation over their mean.
      Sharpness is held against a straight line from the first frame to the last: a cross-fade is even, but has a half
      of it in its middle and two thirds on the mean.
      Example: latentwalk measure film.mp4 --plot film.svg
      """)

  @Argument(
    help: ArgumentHelp(
      "A film, or a folder of pictures in the order of their names, such as a job's folder.",
      valueName: "film or folder"))
  var path: String

  @Flag(help: "Give the figures as JSON, those of each frame included.")
  var json = false

  @Option(help: ArgumentHelp("Draw the curves as well: .svg, .png or .ppm.", valueName: "file"))
  var plot: DrawingOutput?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the figures go, or - for standard output.", valueName: "file"))
  var output = TextOutput(argument: "-")

  func validate() throws {
    if plot?.isStandardOutput == true, output.isStandardOutput {
      throw ValidationError("--plot -: found the figures on standard output as well; expected a file for either")
    }
  }

  func run() throws {
    try plot?.check()
    if plot != nil { try Lettering.check() }
    try output.check()
    try keepApart([output.file, plot?.file], from: [URL(filePath: path)])
    var footage = try Footage(path)
    var measure = PathMeasure()
    while let image = try footage.next() { measure.add(image) }
    guard measure.count >= 2 else {
      throw Fault(
        code: .badData, description: "\(path): found \(measure.count) picture; expected two or more to compare")
    }
    try plot?.write(measure.plot(title: "\(path): \(measure.count.grouped) frames"))
    try output.write(json ? MeasureReport(measure).json() : MeasureReport(measure).text(named: path))
  }
}
