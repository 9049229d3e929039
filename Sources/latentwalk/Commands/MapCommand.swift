import ArgumentParser
import Diffusion
import Foundation
import Pixels
import Render
import Scripts
import Tensors
import Walk

struct MapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract: "Draws the way of a walk through prompts, noise and pictures.",
    discussion: """
      Each space, of thousands of dimensions, is seen from the two directions in which the walk spreads most
      (principal components). The way runs from blue to orange; where its dots lie apart, the film jumps.
      One argument is a script, two or more are prompts.
      Example: latentwalk map car-to-tiger -o map.svg
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(help: "How many pictures, evenly spaced from the first frame to the last; keyframes come on top.")
  var count = 40

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the map goes: .svg, .png, .ppm, or - for SVG on standard output.", valueName: "file"))
  var output = DrawingOutput(argument: "map.svg")

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard (2...400).contains(count) else { throw ValidationError("--count: found \(count); expected 2 to 400") }
    guard subject.pictures.scale == nil else {
      throw ValidationError("--scale goes with pictures; a map has a size of its own")
    }
  }

  func run() throws {
    let script = try subject.script(frames: count)
    try output.check()
    try keepApart([output.file], from: script.files)
    try Lettering.check()
    let model = try subject.model.presets.model(script.model)
    let engine = try subject.model.load(model)
    let source = try WalkSource(script, engine, report)
    var chosen: [Int] = []
    // Even spacing moves keyframes: where they are is known when the walk has been surveyed.
    func choose() {
      chosen = Set(Timeline.evenFrames(count, of: source.timeline.count)).union(source.timeline.frames).sorted()
      source.choose(chosen)
    }
    try source.makePictures(for: output.file, by: model, onBadFrame: script.output.onBadFrame, report, choose: choose) {
      images in
      let timeline = source.timeline
      let ingredients = try chosen.map { try source.ingredients(ofFrame: $0) }
      let map = PathMap(
        panels: [
          panel("Prompts", "as the text encoder sees them", ingredients.map(\.conditioning.prompt.values)),
          panel("Noise", "that the pictures begin with", ingredients.map(\.noise.values)),
          panel("Pictures", "as the autoencoder sees them", try images.map { try engine.encode($0).values }),
        ],
        landmarks: try zip(timeline.frames, timeline.keyframes).map { frame, keyframe in
          let point = chosen.firstIndex(of: frame)!
          return PathMap.Landmark(
            point: point, picture: try images[point].thumbnail(), label: keyframe.prompt, seed: "\(keyframe.seed)")
        })
      try output.write(map.draw())
    }
  }

  private func panel(_ title: String, _ what: String, _ points: [[Float]]) -> PathMap.Panel {
    let seen = PrincipalComponents(points)
    let shares = [seen.shares.x, seen.shares.y].map { "\(Int((100 * $0).rounded())) %" }
    let view = seen.shares.x > 0 ? "the axes show \(shares[0]) and \(shares[1])" : "the same all along"
    return PathMap.Panel(title: title, subtitle: "\(what); \(view)", points: seen.coordinates)
  }
}

extension Image {
  /// The picture 64 pixels wide.
  fileprivate func thumbnail() throws(PictureError) -> Image {
    width == 64 ? self : try scaled(width: 64, height: max(1, height * 64 / width))
  }
}
