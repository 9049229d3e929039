import Diffusion
import Foundation
import Pixels
import Tensors
import TestSupport
import Testing
import Walk

/// Every method with every loop and every spacing: a film of exactly the frames that were asked for.
@Suite(.timeLimit(.minutes(10))) struct CombinationTests {
  struct Combination: Sendable, CustomTestStringConvertible {
    let method: Walk.Method
    let loop: Loop
    let spacing: Spacing
    let count: Int
    var testDescription: String { "\(method.name.rawValue), \(loop.rawValue), \(spacing.rawValue), \(count) frames" }
  }

  private static let methods: [Walk.Method] = [
    .walk, .blend(Blend(branches: 2)), .attention(AttentionInterpolation()),
  ]

  static let combinations: [Combination] = methods.flatMap { method in
    Loop.allCases.flatMap { loop in
      Spacing.allCases.flatMap { spacing in
        [7, 12].map { Combination(method: method, loop: loop, spacing: spacing, count: $0) }
      }
    }
  }

  /// Three keyframes, spread over the film.
  private static func timeline(_ combination: Combination) throws -> Timeline? {
    guard let even = Timeline.evenStarts(of: 3, over: combination.count, loop: combination.loop) else { return nil }
    let prompts = ["a photo of a cat", "a dog", "a tree"]
    return try Timeline(
      zip(prompts, even.starts).enumerated().map {
        Keyframe(prompt: $1.0, seed: UInt64($0), guidance: 1, start: $1.1)
      }, rate: #require(FrameRate("30")), loop: combination.loop, closing: even.closing, spacing: combination.spacing)
  }

  private static func walk(_ timeline: Timeline, _ method: Walk.Method) throws -> WalkFrames {
    let painter = try EnginePainter(
      Stage.engine(.fp32), width: 32, height: 32, sampling: Sampling(steps: 3, guidance: 1, scheduler: .euler))
    return try WalkFrames(timeline, painter: painter, method: method)
  }

  private static func placed(_ frames: WalkFrames) throws -> WalkFrames {
    guard frames.timeline.spacing != .time else { return frames }
    return try frames.placed(
      by: Survey(of: frames.timeline) { states in try states.map { try frames.picture(of: $0) } })
  }

  @Test(arguments: combinations) func givesTheFramesAskedFor(_ combination: Combination) throws {
    guard let timeline = try Self.timeline(combination) else {
      // The way back of a pingpong takes as many frames as the way out: an odd number cannot be.
      #expect(combination.loop == .pingpong && !combination.count.isMultiple(of: 2))
      return
    }
    #expect(timeline.count == combination.count)
    let run = try Self.placed(Self.walk(timeline, combination.method))
    #expect(run.count == combination.count)
    let pictures = try (0..<run.count).map(run.frame)

    // No picture stands, at the seam neither: a player that loops shows the first frame after the last.
    for (frame, next) in zip(pictures, pictures.dropFirst()) { #expect(frame != next) }
    if combination.loop != .none { #expect(pictures[0] != pictures[run.count - 1]) }
    let keyframes = run.timeline.frames
    let ends = combination.loop == .none ? [0, run.count - 1] : [0]
    #expect(ends.allSatisfy(keyframes.contains))
    if combination.loop == .pingpong {
      for frame in 1..<run.count / 2 { #expect(pictures[frame] == pictures[run.count - frame]) }
    }

    // Alone, in another order, in a walk that knows nothing of the run.
    let alone = try Self.placed(Self.walk(timeline, combination.method))
    for frame in [run.count - 1, 2, run.count / 2] { #expect(try alone.frame(at: frame) == pictures[frame]) }
  }
}
