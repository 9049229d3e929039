import Diffusion
import Foundation
import Pixels
import Tensors
import TestSupport
import Testing
import Walk

@Suite(.timeLimit(.minutes(10))) struct AttentionTests {
  private static func method(
    _ variant: AttentionVariant, warmUp: Double = 0.5, alpha: Double = 1, beta: Double = 1
  ) -> Walk.Method {
    .attention(AttentionInterpolation(variant: variant, warmUp: warmUp, alpha: alpha, beta: beta))
  }

  @Test(arguments: AttentionVariant.allCases) func keyframesAreThePlainWalks(_ variant: AttentionVariant) throws {
    let timeline = try Stage.timeline
    let (plain, mixed) = (
      try Stage.walk(timeline, .walk, .dpmpp2M), try Stage.walk(timeline, Self.method(variant), .dpmpp2M)
    )
    for frame in timeline.frames { #expect(try mixed.frame(at: frame) == plain.frame(at: frame)) }
    for frame in [2, 8] { #expect(try mixed.frame(at: frame).largestDifference(from: plain.frame(at: frame)) > 8) }
  }

  @Test func withoutWarmUpItIsThePlainWalk() throws {
    let timeline = try Stage.timeline
    let plain = try Stage.walk(timeline, .walk, .eulerAncestral)
    let mixed = try Stage.walk(timeline, Self.method(.outer, warmUp: 0), .eulerAncestral)
    for frame in 0..<timeline.count { #expect(try mixed.frame(at: frame) == plain.frame(at: frame)) }
  }

  /// Between two keyframes of one prompt and seed there is nothing to mix: attention hears what it would hear anyway.
  @Test(arguments: AttentionVariant.allCases, [Precision.fp32, .bf16])
  func betweenEqualsNothingChanges(_ variant: AttentionVariant, _ precision: Precision) throws {
    let timeline = try Timeline(
      [0, 4].map { Keyframe(prompt: "a cat", seed: 5, guidance: 4, start: .at(.frames($0))) },
      rate: #require(FrameRate("30")))
    let frames = try Stage.walk(timeline, Self.method(variant, warmUp: 1), .euler, precision)
    let error = try frames.frame(at: 0).largestDifference(from: frames.frame(at: 1))
    // Prompts and negative prompts are evaluated apart there, and products of other sizes round otherwise.
    #expect(error <= (precision == .fp32 ? 2 : 40), "\(error)")
  }

  @Test(arguments: AttentionVariant.allCases) func framesComeToTheirKeyframe(_ variant: AttentionVariant) throws {
    let frames = try Stage.walk(Stage.timeline(1001), Self.method(variant), .dpmpp2M)
    #expect(try frames.frame(at: 0).largestDifference(from: frames.frame(at: 1)) <= 8)
    #expect(try frames.frame(at: 999).largestDifference(from: frames.frame(at: 1000)) <= 8)
    #expect(try frames.frame(at: 0).largestDifference(from: frames.frame(at: 1000)) > 50)
  }

  @Test func aFrameAloneIsTheFrameOfTheRun() throws {
    let timeline = try Stage.timeline
    let method = Self.method(.fusedOuter, alpha: 4, beta: 3)
    let run = try Stage.walk(timeline, method, .eulerAncestral)
    let pictures = try (0..<run.count).map(run.frame)
    for index in [8, 3, 5] {
      #expect(try Stage.walk(timeline, method, .eulerAncestral).frame(at: index) == pictures[index])
    }
  }

  /// A frame costs one run, and the keyframes' runs are those of their pictures.
  @Test func evaluationsAreThePlainWalks() throws {
    let timeline = try Stage.timeline
    let frames = try Stage.walk(timeline, Self.method(.inner), .euler)
    for index in 0..<frames.count { _ = try frames.frame(at: index) }
    #expect(frames.work == Work(evaluations: 11 * 6, plain: 11 * 6))
    #expect(Self.method(.inner).estimate(of: timeline, evaluations: 6).total == frames.work)
  }

  @Test func timingIsTheBetaDistributions() throws {
    let linear = try Stage.walk(Stage.timeline(5), Self.method(.outer), .euler)
    // The quarter of Beta(2, 1) is at a half.
    let early = try Stage.walk(Stage.timeline(5), Self.method(.outer, alpha: 2), .euler)
    #expect(try early.frame(at: 1).largestDifference(from: linear.frame(at: 2)) <= 1)
  }

  /// Keyframes that differ in nothing but the time: the method's timing moves no picture, and formulas go by the clock.
  @Test(arguments: ["1 + 6 * t", "1 + frame", "1 + 30 * seconds", "1 + 15 * beat"])
  func formulasGoByTheFilmsClock(formula: String) throws {
    let guidance = Quantity(try Formula(formula))
    let timeline = try Timeline(
      [0, 6].map { Keyframe(prompt: "a cat", seed: 5, guidance: guidance, start: .at(.frames($0))) },
      rate: #require(FrameRate("30")), beatsPerMinute: Rational(120))
    let plain = try Stage.walk(timeline, .walk, .euler)
    let timed = try Stage.walk(timeline, Self.method(.outer, warmUp: 0, alpha: 5, beta: 2), .euler)
    for frame in 0..<timeline.count {
      #expect(try timed.frame(at: frame).largestDifference(from: plain.frame(at: frame)) <= 1, "frame \(frame)")
    }
    #expect(try plain.frame(at: 1).largestDifference(from: plain.frame(at: 2)) > 8)
  }

  @Test(arguments: [(128, 128), (64, 192), (72, 40)]) func memoryIsWhatThePlanSays(width: Int, height: Int) throws {
    let engine = try Stage.engine(.fp32)
    let noise = try engine.noise(seed: 1, width: width, height: height)
    var run = try engine.denoising(noise, [engine.encode("a cat")], Sampling(steps: 4, guidance: 3))
    var memory = AttentionMemory()
    for _ in 0..<2 { run.advance(keeping: &memory) { noise } }
    let folder = try ModelFolder(Stage.model)
    let each = folder.unet.attentionBytes(height: height / 8, width: width / 8, bytesPerNumber: 4)
    #expect(memory.bytes == 2 * each)
  }

  /// Stable Diffusion 1.5 at 512x512 in bf16: 46 MB for each evaluation of a keyframe.
  @Test func stableDiffusionsMemory() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.write(
      "{\"_class_name\": \"UNet2DConditionModel\", \"cross_attention_dim\": 768}", to: "config.json")
    let unet = try UNetConfiguration(contentsOf: file)
    #expect(unet.attentionBytes(height: 64, width: 64, bytesPerNumber: 2) == 46_202_880)
  }
}
