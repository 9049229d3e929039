import Diffusion
import Foundation
import Pixels
import Tensors
import TestSupport
import Testing
import Walk

/// Walks through a tiny model, real enough for laws about denoising.
enum Stage {
  static let model = Golden.ours.appending(path: "models/tiny-sd15")
  private static let engines = [Precision.fp32, .bf16].map { precision in
    Result { try Engine(model: model, precision: precision) }
  }

  static func engine(_ precision: Precision) throws -> Engine { try engines[precision == .fp32 ? 0 : 1].get() }

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
  static func walk(
    _ timeline: Timeline, _ method: Walk.Method, _ kind: SchedulerKind, _ precision: Precision = .fp32
  ) throws -> WalkFrames {
    let painter = try EnginePainter(
      engine(precision), width: 128, height: 128, sampling: Sampling(steps: 6, guidance: 1, scheduler: kind))
    return try WalkFrames(timeline, painter: painter, method: method)
  }
}

extension Image {
  /// The largest difference of two bytes.
  func largestDifference(from other: Image) -> Int {
    zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }
}
