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
      An option that can be given several times serves all keyframes, or ways, where it is given once.
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
    name: .shortAndLong,
    help: ArgumentHelp("Where the film goes. (default: film.mp4, or the codec's usual ending)", valueName: "file"))
  var output: String?

  @OptionGroup var strip: StripOption
  @OptionGroup var length: LengthOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var text: PromptOptions
  @OptionGroup var images: ImageOptions
  @OptionGroup var way: WayOptions
  @OptionGroup var mixing: MixOptions
  @OptionGroup var method: MethodOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var film: FilmOptions
  @OptionGroup var model: ModelOptions

  func run() throws {
    try strip.check()
    try pace.check(length)
    let walk = PromptWalk(prompts, seeds: seeds, text, images)
    var script = Script(timeline: try walk.timeline(frames: length.count(), rate: length.rate, way, pace))
    mixing.apply(to: &script)
    try method.apply(to: &script)
    pictures.apply(to: &script)
    try film.apply(to: &script)
    model.apply(to: &script)
    try script.refuseConflict()
    let film = try Film(script, at: output ?? Film.path(of: script, named: "film"))
    try strip.check(frames: script.timeline.count)
    try Projector(model, self.film).render(film, strip: strip)
  }
}
