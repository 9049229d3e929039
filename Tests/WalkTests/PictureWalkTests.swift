import Diffusion
import Foundation
import Pixels
import Synchronization
import Tensors
import TestSupport
import Testing
import Walk

/// Walks whose keyframes show pictures.
@Suite(.timeLimit(.minutes(10))) struct PictureWalkTests {
  private static let one = Image.pattern(width: 8, height: 8, seed: 1)
  private static let two = Image.pattern(width: 8, height: 8, seed: 2)

  @Test(arguments: Mix.allCases) func aPicturesKeyframeIsItsNoise(mix: Mix) throws {
    let painter = Inverter()
    let frames = try walk([key(0, one: Self.one), key(4, one: nil, seed: 9), key(8, one: Self.two)], painter, mix)
    for index in [0, 4, 8] { _ = try frames.frame(at: index) }
    var torch = NoiseGenerator(seed: 9)
    #expect(
      painter.painted == [
        painter.noise(of: Self.one), torch.next(shape: painter.noiseShape), painter.noise(of: Self.two),
      ])
  }

  /// Mean and deviation of every channel go straight from one end to the other, and stay near at the ends.
  @Test(arguments: Mix.allCases, [false, true]) func statisticsAreMixedForThemselves(mix: Mix, toASeed: Bool) throws {
    let painter = Inverter()
    let frames = try walk([key(0, one: Self.one), key(4, one: toASeed ? nil : Self.two, seed: 3)], painter, mix)
    for index in 0..<5 { _ = try frames.frame(at: index) }
    let found = painter.painted.map(statistics)
    for index in 1..<4 {
      let t = Double(index) / 4
      for channel in 0..<4 {
        let wanted = (0..<2).map { (1 - t) * found[0][channel][$0] + t * found[4][channel][$0] }
        #expect(zip(wanted, found[index][channel]).allSatisfy { abs($0 - $1) < 1e-4 })
      }
    }
  }

  @Test func strengthIsThePicturesShare() throws {
    let painter = Inverter()
    let frames = try walk(
      [key(0, one: Self.one, strength: 0), key(1, one: Self.one, strength: 0.5), key(2, one: Self.one)], painter)
    for index in 0..<3 { _ = try frames.frame(at: index) }
    var torch = NoiseGenerator(seed: 7)
    let seeds = torch.next(shape: painter.noiseShape)
    #expect(painter.painted[0] == seeds)
    #expect(painter.painted[1] != seeds && painter.painted[1] != painter.noise(of: Self.one))
    #expect(painter.painted[2] == painter.noise(of: Self.one))
    let middle = try walk(
      [key(0, one: Self.one, strength: try Quantity(Formula("1 - t"))), key(4, one: Self.one, strength: 0)], painter)
    #expect(middle.timeline.state(at: 2).strengths == [0.5, 0])
  }

  @Test func aPictureIsInvertedOnceForEachPromptAndGuidance() throws {
    let painter = Inverter()
    var keyframes = (0..<5).map { key($0 * 2, one: Self.one) }
    keyframes[2].prompt = "b"
    keyframes[3].guidance = 1
    let frames = try walk(keyframes, painter)
    #expect(painter.inverted == [], "as long as no frame needs it")
    for index in 0..<frames.count { _ = try frames.frame(at: index) }
    #expect(painter.inverted == [4, 4, 1])
  }

  /// The same picture at both ends is one noise all the way.
  @Test func oneOriginStaysOneNoise() throws {
    let painter = Inverter()
    let frames = try walk([key(0, one: Self.one), key(3, one: Self.one)], painter)
    for index in 0..<4 { _ = try frames.frame(at: index) }
    #expect(painter.painted.allSatisfy { $0 == painter.painted[0] })
  }

  /// With an engine, the keyframe's frame is what comes back of the picture that goes in; `InversionTests` say how near
  /// that is.
  @Test func theFrameShowsThePicture() throws {
    let engine = try Engine(model: Golden.ours.appending(path: "models/tiny-sd21"), precision: .fp32)
    let sampling = Sampling(steps: 10, guidance: 1, scheduler: .ddim)
    let painter = try EnginePainter(engine, width: 64, height: 64, sampling: sampling)
    let picture = Image.pattern(width: 96, height: 64)
    var keyframes = [key(0, one: picture), key(1, one: nil)]
    for index in keyframes.indices { keyframes[index].guidance = 1 }
    let shown = try WalkFrames(Timeline(keyframes, rate: FrameRate(30)), painter: painter).frame(at: 0)
    let prompt = try engine.encode(keyframes[0].prompt)
    let noise = try engine.invert(engine.encode(picture.covering(width: 64, height: 64)), prompt, sampling)
    #expect(try shown == engine.decode(engine.denoise(noise, prompt, sampling) { _ in noise }))
  }

  private func walk(_ keyframes: [Keyframe], _ painter: any Painter, _ mix: Mix = .slerp) throws -> WalkFrames {
    try WalkFrames(Timeline(keyframes, rate: FrameRate(30)), painter: painter, noiseMix: mix)
  }
}

private func key(_ frame: Int, one picture: Image?, seed: UInt64 = 7, strength: Quantity = 1) -> Keyframe {
  Keyframe(
    prompt: "a", seed: seed, picture: picture.map { KeyframePicture(path: "x.png", image: $0) }, strength: strength,
    guidance: .constant(4), start: .at(.frames(frame)))
}

/// Mean and deviation of each channel.
private func statistics(_ latent: NDArray) -> [[Double]] {
  let size = latent.count / latent.shape[1]
  return stride(from: 0, to: latent.count, by: size).map { start in
    let values = latent.values[start..<start + size].map(Double.init)
    let mean = values.reduce(0, +) / Double(size)
    return [mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)).squareRoot()]
  }
}

/// Takes pictures' pixels for noise, which is far from standard normal, and writes down what it paints from.
private final class Inverter: Painter {
  let noiseShape = [1, 4, 8, 6]
  let picturesAtOnce = 1
  private let record = Mutex<(inverted: [Double], painted: [Latent])>(([], []))
  var inverted: [Double] { record.withLock { $0.inverted } }
  var painted: [Latent] { record.withLock { $0.painted } }

  func encode(_ prompts: [(prompt: String, negative: String)]) -> [Conditioning] {
    prompts.map { _ in Conditioning(prompt: NDArray(zeros: [1, 2]), negative: NDArray(zeros: [1, 2])) }
  }

  func noise(of picture: Image) -> Latent {
    NDArray(picture.pixels.enumerated().map { Float($1) / 40 * Float($0 % 5 + 1) - 1 }, shape: noiseShape)
  }

  func noise(of picture: Image, _ conditioning: Conditioning, guidance: Double) -> Latent {
    record.withLock { $0.inverted.append(guidance) }
    return noise(of: picture)
  }

  func paint(
    _ noise: Latent, _ conditioning: Conditioning, guidance: Double, stepNoise: (Int) -> Latent
  ) -> Image {
    record.withLock { $0.painted.append(noise) }
    return Image(width: 1, height: 1, filledWith: .black)
  }
}
