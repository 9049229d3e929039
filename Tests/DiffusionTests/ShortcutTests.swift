import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

/// What is left out, held against the full computation where the two must agree.
@Suite(.timeLimit(.minutes(10))) struct ShortcutTests {
  private static func engine() throws -> Engine {
    try Engine(model: Golden.ours.appending(path: "models/tiny-sd15"), precision: .fp32)
  }

  private static func latent(_ engine: Engine, guidance: Double, _ shortcuts: Shortcuts) throws -> Latent {
    let size = engine.model.defaultSize
    let noise = try engine.noise(seed: 7, width: size.width, height: size.height)
    let sampling = Sampling(steps: 5, guidance: guidance, scheduler: .ddim, shortcuts: shortcuts)
    return try engine.denoise(noise, engine.encode("a cat", negative: "a dog"), sampling) { _ in noise }
  }

  private static func distance(_ a: NDArray, _ b: NDArray) -> Float {
    zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test func guidanceOverTheWholeWayIsGuidance() throws {
    let engine = try Self.engine()
    let full = try Self.latent(engine, guidance: 5, Shortcuts())
    #expect(try Self.latent(engine, guidance: 5, Shortcuts(guidanceInterval: GuidanceInterval(0, 1))) == full)
    #expect(try Self.distance(Self.latent(engine, guidance: 1, Shortcuts()), full) > 0.01)
  }

  @Test func noGuidanceIsThePromptAlone() throws {
    let engine = try Self.engine()
    // Between the middles of the second and the third of five steps.
    let shortcuts = Shortcuts(guidanceInterval: GuidanceInterval(0.35, 0.45))
    let distance = try Self.distance(
      Self.latent(engine, guidance: 5, shortcuts), Self.latent(engine, guidance: 1, Shortcuts()))
    #expect(distance < 1e-4)
  }

  /// The outermost layers over deep features of the same latent and time are the whole network.
  @Test(arguments: try ParityCases.cases(ParityCases.isDenoiser))
  func outerLayersOverOwnFeatures(_ golden: Golden) throws {
    let unet = try ModelFolder(ParityModels.folder(golden)).loadUNet()
    let states = try golden.input("encoder_hidden_states")
    let context = unet.context(Tensor(states.values, shape: states.shape, scalar: .float32))
    let sample = Tensor(channelsFirst: try golden.input("sample"), scalar: .float32)
    let time = try golden.inputDoubles("timestep")[0]
    let (output, deep) = unet.evaluated(sample, time: time, context)
    #expect(unet(sample, time: time, context, over: deep).floats == output.floats)
  }

  @Test func cachedStepsStayNear() throws {
    let engine = try Self.engine()
    let full = try Self.latent(engine, guidance: 5, Shortcuts())
    let cached = try Self.latent(engine, guidance: 5, Shortcuts(cache: FeatureCache(deep: 2)))
    let spread = (full.values.reduce(0) { $0 + $1 * $1 } / Float(full.count)).squareRoot()
    #expect(cached != full)
    #expect(Self.distance(cached, full) < spread)
    // Guidance in the middle asks for the negative prompt where no features of it are kept.
    let both = Shortcuts(guidanceInterval: GuidanceInterval(0.3, 0.7), cache: FeatureCache(deep: 5))
    #expect(try Self.latent(engine, guidance: 5, both).values.allSatisfy(\.isFinite))
  }

  @Test(arguments: ["0.2..0.8", "0.00001..0.8", "0..1", "0..0.5", ".25..1"])
  func readsIntervals(text: String) throws {
    let interval = try #require(GuidanceInterval(text))
    #expect(GuidanceInterval("\(interval)") == interval)
  }

  @Test(arguments: ["", "0.2", "0.8..0.2", "0.5..0.5", "-1..1", "0..2", "0.2...0.8", "a..b", "0.2..0.8 "])
  func refusesIntervals(text: String) { #expect(GuidanceInterval(text) == nil) }

  @Test(arguments: [
    "deep", "deep:1", "deep:0", "deep:-3", "deep:101", "deep:2.5", "shallow:2", "deep:99999999999999999999",
  ])
  func refusesCaches(text: String) { #expect(FeatureCache(text) == nil) }
}
