import Diffusion
import Foundation
import Pixels
import Tensors
import TestSupport
import Testing
import Walk

/// The model that ships, for laws about what pictures look like.
@Suite(.timeLimit(.minutes(10))) struct SharpBlendTests {
  private static let model = URL(filePath: #filePath).appending(path: "../../../Presets/models/emoji").standardized
  private static let engine = Result { try Engine(model: model, precision: .fp32) }

  /// Half-way a cross-fade keeps half the edges of its ends; a blend denoises pictures with edges of their own.
  @Test(
    arguments: [("a cat", 3, "a dog", 5), ("a photo of a car", 42, "a photo of a tiger", 1337)]
      as [(String, UInt64, String, UInt64)])
  func aBlendIsSharperThanACrossFade(_ ends: (String, UInt64, String, UInt64)) throws {
    let engine = try Self.engine.get()
    let painter = try EnginePainter(
      engine, width: 128, height: 128, sampling: Sampling(steps: 8, guidance: 3, scheduler: .dpmpp2M))
    let timeline = try Timeline(
      [
        Keyframe(prompt: ends.0, seed: ends.1, guidance: 3, start: .at(.zero)),
        Keyframe(prompt: ends.2, seed: ends.3, guidance: 3, start: .at(.frames(8))),
      ], rate: #require(FrameRate("30")))
    let frames = try WalkFrames(timeline, painter: painter, method: .blend(Blend(branches: 3)))
    let (first, last) = (try frames.frame(at: 0), try frames.frame(at: 8))
    var (blended, faded) = (0.0, 0.0)
    for frame in 3...5 {
      blended += try frames.frame(at: frame).sharpness
      faded += first.faded(to: last, by: Double(frame) / 8).sharpness
    }
    #expect(blended > 1.3 * faded, "\(blended / 3) of \(first.sharpness) and \(last.sharpness); a fade \(faded / 3)")
  }
}
