// Renders a film of two prompts through the library: swift run -c release Morph Presets/models/emoji
import Diffusion
import Foundation
import Video
import Walk

let engine = try Engine(model: URL(filePath: CommandLine.arguments[1]))
let size = engine.model.defaultSize
let sampling = Sampling(steps: 20, guidance: 4)
let painter = try EnginePainter(engine, width: size.width, height: size.height, sampling: sampling)

let car = Keyframe(prompt: "a photo of a car", seed: 42, guidance: 4, start: .at(.zero))
let tiger = Keyframe(prompt: "a photo of a tiger", seed: 1337, guidance: 4, start: .at(.frames(120)), easing: .smooth)
let walk = try WalkFrames(Timeline([car, tiger], rate: FrameRate(30)), painter: painter)

do {
  let film = try FilmWriter(
    to: URL(filePath: "morph.mp4"), width: size.width, height: size.height, settings: FilmSettings(scale: 4))
  for frame in 0..<walk.count { try film.write(walk.frame(at: frame)) }
  try film.finish()
}
