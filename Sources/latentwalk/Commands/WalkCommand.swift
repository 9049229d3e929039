import ArgumentParser
import Foundation
import Render
import Scripts
import Walk

struct WalkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "walk",
    abstract: "Renders a film in which one prompt becomes another.",
    discussion: """
      Prompts and seeds go together one by one; one seed serves all prompts, and one prompt all seeds.
      Example: latentwalk walk "a photo of a car" "a photo of a tiger" --seeds 42,1337 --seconds 4 -o film.mp4
      """)

  @Argument(help: ArgumentHelp("What the film shows, from first to last.", valueName: "prompts"))
  var prompts: [String]

  @Option(
    help: ArgumentHelp(
      "One seed for all prompts or one for each, such as 42,1337 or 0-3. (default: 42)", valueName: "seeds"),
    transform: Seeds.parse)
  var seeds: Seeds?

  @Option(
    help: ArgumentHelp("The film's length in seconds. (default: 4)", valueName: "number"), transform: parseSeconds)
  var seconds: Rational?

  @Option(help: ArgumentHelp("The film's length in frames.", valueName: "count"))
  var frames: Int?

  @Option(
    help: ArgumentHelp("Frames a second, such as 30 or 30000/1001. (default: 30)", valueName: "rate"),
    transform: parseRate)
  var fps = Script.Default.rate

  @Option(help: ArgumentHelp("How the way between two keyframes speeds up and slows down.", valueName: "curve"))
  var easing = Easing.linear

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the film goes. (default: film.mp4, or the codec's usual ending)", valueName: "file"))
  var output: String?

  @OptionGroup var text: PromptOptions
  @OptionGroup var way: WayOptions
  @OptionGroup var mixing: MixOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var film: FilmOptions
  @OptionGroup var model: ModelOptions

  func validate() throws {
    if seconds != nil, frames != nil { throw ValidationError("--seconds and --frames exclude each other") }
  }

  func run() throws {
    let walk = PromptWalk(prompts, seeds: seeds, text, easing: easing)
    var script = Script(timeline: try walk.timeline(frames: count(), rate: fps, way))
    mixing.apply(to: &script)
    pictures.apply(to: &script)
    film.apply(to: &script)
    model.apply(to: &script)
    try script.refuseConflict()
    try Projector(model, film).render(Film(script, at: output ?? Film.path(of: script, named: "film")))
  }

  /// The film's number of frames: what `--frames` says, or seconds × frames a second, rounded.
  private func count() throws -> Int {
    if let frames { return try inRange(frames, "--frames: found \(frames)") }
    let seconds = seconds ?? Rational(4)
    guard let count = seconds.times(fps.perSecond)?.rounded else {
      throw Fault.usage("--seconds: found \(seconds); expected a film of at most \(Timeline.longest) frames")
    }
    return try inRange(count, "--seconds: found \(seconds), which is \(count) frames at \(fps) fps")
  }

  private func inRange(_ count: Int, _ found: String) throws -> Int {
    guard (2...Timeline.longest).contains(count) else {
      throw Fault.usage("\(found); expected a film of 2 to \(Timeline.longest) frames")
    }
    return count
  }
}

@Sendable private func parseSeconds(_ text: String) throws -> Rational {
  guard let seconds = Rational(decimal: text), seconds.numerator > 0 else {
    throw ValidationError("expected seconds above 0, such as 4 or 2.5")
  }
  return seconds
}
