import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing
import Walk

/// Walks through a tiny model, real enough for laws about denoising.
enum Stage {
  static let engine = Result { try Engine(model: Golden.root.appending(path: "models/tiny-sd15"), precision: .fp32) }

  /// Three keyframes, of which the last two are five frames apart.
  static var timeline: Timeline {
    get throws {
      try Timeline(
        [
          Keyframe(prompt: "a photo of a cat", seed: 1, guidance: 3, start: .at(.zero)),
          Keyframe(prompt: "a dog", negative: "a cat", seed: 2, guidance: 5, start: .at(.frames(5))),
          Keyframe(prompt: "a tree", seed: 3, guidance: 1, start: .at(.frames(10))),
        ], rate: #require(FrameRate("30")))
    }
  }

  /// Two keyframes at the ends of so many frames.
  static func timeline(_ count: Int) throws -> Timeline {
    try Timeline(
      [
        Keyframe(prompt: "a photo of a cat", seed: 1, guidance: 3, start: .at(.zero)),
        Keyframe(prompt: "a dog", seed: 2, guidance: 3, start: .at(.frames(count - 1))),
      ], rate: #require(FrameRate("30")))
  }

  /// Not by DDIM: of a model of random weights it clips nearly every number, and clipping is no smooth law.
  static func walk(_ timeline: Timeline, _ method: Walk.Method, _ kind: SchedulerKind) throws -> WalkFrames {
    let painter = try EnginePainter(
      engine.get(), width: 128, height: 128, sampling: Sampling(steps: 6, guidance: 1, scheduler: kind))
    return try WalkFrames(timeline, painter: painter, method: method)
  }
}
