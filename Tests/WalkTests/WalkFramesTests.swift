import Diffusion
import Dispatch
import Pixels
import Synchronization
import Tensors
import Testing
import Walk

@Suite struct WalkFramesTests {
  @Test func textIsEncodedOnceAndAHoldPaintedOnce() throws {
    let painter = Recorder()
    let timeline = try Timeline(
      [key("a", 1, 0, hold: 4), key("b", 2, 8), key("a", 3, 10)], rate: #require(FrameRate("30")))
    let frames = try WalkFrames(timeline, painter: painter)
    for index in 0..<frames.count { _ = try frames.frame(at: index) }
    #expect(painter.encoded == [["a", "b"]])
    #expect(painter.painted.count == 1 + 4 + 2)  // the held picture, 5 to 8, 9 and 10
  }

  @Test func aFrameAloneIsTheFrameOfTheRun() throws {
    let timeline = try Timeline(
      [key("a", 1, 0, hold: 2), key("b", 2, 6), key("c", 2, 9, guidance: 8)], rate: #require(FrameRate("24")))
    let run = try WalkFrames(timeline, painter: Recorder())
    let pictures = try (0..<run.count).map(run.frame)
    for index in (0..<run.count).reversed() {
      #expect(try WalkFrames(timeline, painter: Recorder()).frame(at: index) == pictures[index])
      #expect(try run.frame(at: index) == pictures[index])
    }
  }

  @Test func framesPaintedAtOnceAreThoseOfTheRun() throws {
    let painter = Recorder()
    let timeline = try Timeline(
      [key("a", 1, 0, hold: 20), key("b", 2, 30, hold: 20)], rate: #require(FrameRate("30")))
    let run = try WalkFrames(timeline, painter: painter)
    let pictures = Mutex([Int: Image]())
    DispatchQueue.concurrentPerform(iterations: run.count) { index in
      let picture = try? run.frame(at: index)
      pictures.withLock { $0[index] = picture }
    }
    let alone = try WalkFrames(timeline, painter: Recorder())
    for index in 0..<run.count { #expect(try alone.frame(at: index) == pictures.withLock { $0[index] }) }
  }

  @Test func keyframesAreTheirOwnNoiseAndPrompt() throws {
    let painter = Recorder()
    let frames = try WalkFrames(
      Timeline([key("a", 1, 0), key("b", 2, 4, guidance: 8)], rate: #require(FrameRate("30"))), painter: painter)
    for index in [0, 4] { _ = try frames.frame(at: index) }
    for (order, (prompt, seed, guidance)) in [("a", UInt64(1), 4.0), ("b", 2, 8)].enumerated() {
      let painted = painter.painted[order]
      var torch = NoiseGenerator(seed: seed)
      #expect(painted.noise == torch.next(shape: painter.noiseShape))
      #expect(painted.steps == (0..<3).map { _ in torch.next(shape: painter.noiseShape) })
      #expect(painted.conditioning == painter.encode([(prompt, "")])[0])
      #expect(painted.guidance == guidance)
    }
  }

  @Test(arguments: Mix.allCases) func betweenKeyframesEverythingIsMixed(mix: Mix) throws {
    let painter = Recorder()
    let frames = try WalkFrames(
      Timeline([key("a", 1, 0), key("b", 2, 4, guidance: 8)], rate: #require(FrameRate("30"))), painter: painter,
      promptMix: mix, noiseMix: mix)
    _ = try frames.frame(at: 1)
    let painted = painter.painted[0]
    var (one, two) = (NoiseGenerator(seed: 1), NoiseGenerator(seed: 2))
    let noises = (0..<4).map { _ in
      mix([(0.75, one.next(shape: painter.noiseShape)), (0.25, two.next(shape: painter.noiseShape))])
    }
    let texts = painter.encode([("a", ""), ("b", "")])
    #expect([painted.noise] + painted.steps == noises)
    #expect(painted.conditioning == mix([(0.75, texts[0]), (0.25, texts[1])]))
    #expect(painted.guidance == 5)
  }

  @Test func oneSeedStaysOneNoise() throws {
    let painter = Recorder()
    let frames = try WalkFrames(
      Timeline([key("a", 7, 0), key("b", 7, 4)], rate: #require(FrameRate("30"))), painter: painter)
    for index in 0..<5 { _ = try frames.frame(at: index) }
    #expect(painter.painted.allSatisfy { $0.noise == painter.painted[0].noise && $0.steps == painter.painted[0].steps })
  }
}

private func key(_ prompt: String, _ seed: UInt64, _ frame: Int, guidance: Double = 4, hold: Int = 0) -> Keyframe {
  Keyframe(prompt: prompt, seed: seed, guidance: guidance, start: .at(.frames(frame)), hold: .frames(hold))
}

/// Writes down what it is asked, and makes pictures of one pixel that depend on all of it.
private final class Recorder: Painter {
  struct Painted {
    let noise: Latent
    let conditioning: Conditioning
    let guidance: Double
    let steps: [Latent]
  }

  let noiseShape = [1, 4, 2, 3]
  let picturesAtOnce = 8
  private let record = Mutex<(encoded: [[String]], painted: [Painted])>(([], []))
  var encoded: [[String]] { record.withLock { $0.encoded } }
  var painted: [Painted] { record.withLock { $0.painted } }

  func encode(_ prompts: [(prompt: String, negative: String)]) -> [Conditioning] {
    record.withLock { $0.encoded.append(prompts.map(\.prompt)) }
    func tensor(_ text: String) -> NDArray {
      NDArray((text.utf8 + [0, 0]).prefix(2).map { Float($0) / 128 - 0.3 }, shape: [1, 2])
    }
    return prompts.map { Conditioning(prompt: tensor($0.prompt), negative: tensor($0.negative)) }
  }

  func noise(of picture: Image, _ conditioning: Conditioning, guidance: Double) -> Latent {
    NDArray(zeros: noiseShape)
  }

  func paint(
    _ noise: Latent, _ conditioning: Conditioning, guidance: Double, stepNoise: (Int) -> Latent
  ) -> Image {
    let painted = Painted(
      noise: noise, conditioning: conditioning, guidance: guidance, steps: (0..<3).map(stepNoise))
    record.withLock { $0.painted.append(painted) }
    let values =
      ([noise, conditioning.prompt, conditioning.negative] + painted.steps).flatMap(\.values) + [Float(guidance)]
    var hash: UInt32 = 0
    for value in values { hash = hash &* 31 &+ value.bitPattern }
    return Image(width: 1, height: 1, pixels: (0..<3).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) })
  }
}
