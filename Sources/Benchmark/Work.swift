import Diffusion
import Foundation
import Tensors
import Walk

/// A model, and what is measured of it.
struct Work {
  private let engine: Engine
  private let configuration: ModelFolder
  private let threads: Int

  init(_ url: URL, _ precision: Precision, threads: Int) throws {
    engine = try Engine(model: url, precision: precision, threads: threads)
    configuration = try ModelFolder(url)
    self.threads = threads
    Team.use(threads: threads)
  }

  /// Does what the words say; see `Benchmark`.
  func perform(_ words: [String]) throws -> [String: Any] {
    defer { PackingRoom.release() }
    let number = { (index: Int) in words.indices.contains(index) ? Int(words[index]) : nil }
    switch (words.first, number(1), number(2)) {
    case ("ceiling", _, _): return ["gflops": ceiling()]
    case ("text", _, _): return timed { text() }
    case ("unet", let side?, _): return try timed(writing: words[2], unetStep(side))
    case ("vae", let side?, _): return try timed(writing: words[2], decoding(side))
    case ("first", let side?, _): return try timed { try firstStep(side) }
    case ("picture", let seed?, let steps?):
      return try timed(writing: words[3]) { try picture(seed: UInt64(seed), steps: steps, words.dropFirst(4)) }
    case ("steps", let count?, _): return try timed { try takeSteps(count, words.dropFirst(2)) }
    case ("walk", let frames?, let steps?): return try timed { try walk(frames: frames, steps: steps) }
    default: Benchmark.fail("benchmark: cannot do '\(words.joined(separator: " "))'")
    }
  }

  private func timed(_ work: () throws -> Void) rethrows -> [String: Any] {
    ["seconds": try ContinuousClock().measure(work).seconds]
  }

  /// Writes the result as little-endian fp32, for the comparison in Python.
  private func timed(writing path: String, _ work: () throws -> NDArray) throws -> [String: Any] {
    var output: NDArray?
    let found = try timed { output = try work() }
    try output!.values.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: path)) }
    return found
  }

  private func ceiling() -> Double {
    let side = 2048
    let product = Product(weight: NDArray(waves(side * side, 0.7), shape: [side, side]), bias: nil)
    let x = Tensor(waves(side * side, 0.3), shape: [side, side], scalar: engine.scalar)
    let times = (0..<8).map { _ in ContinuousClock().measure { _ = product(x) }.seconds }
    return 2 * pow(Double(side), 3) / times.min()! / 1e9
  }

  private func text() {
    let row = (0..<configuration.textEncoder.maxPositionEmbeddings).map { $0 % configuration.textEncoder.vocabSize }
    _ = engine.textEncoder([row, row]).last.floats
  }

  /// One latent with the two prompts of guidance at time 500: the waves that bench.py makes alike. They are made here,
  /// and not when the result is called, which is timed.
  private func unetStep(_ side: Int) -> () -> NDArray {
    let (tokens, width) = (configuration.textEncoder.maxPositionEmbeddings, configuration.unet.crossAttentionDim)
    let prompt = Tensor(waves(2 * tokens * width, 0.37), shape: [2, tokens, width], scalar: engine.scalar)
    let x = Tensor(channelsFirst: latent(side), scalar: engine.scalar)
    return { [engine] in engine.unet(x, time: 500, engine.unet.context(prompt)).channelsFirst }
  }

  private func decoding(_ side: Int) -> () -> NDArray {
    let latent = Tensor(channelsFirst: latent(side), scalar: engine.scalar)
    return { [engine] in engine.autoencoder.decode(latent).channelsFirst }
  }

  private func latent(_ side: Int) -> NDArray {
    let channels = engine.model.latentChannels
    return NDArray(waves(channels * side * side, 0.11), shape: [1, channels, side, side])
  }

  private func firstStep(_ side: Int) throws {
    let prompts = try engine.encode([("a photo of a car", "")])
    var run = try engine.denoising(latent(side), prompts, Sampling(steps: 20, guidance: 4, scheduler: .ddim))
    run.advance { preconditionFailure("DDIM draws no noise") }
  }

  /// All steps of a picture of the model's size, without decoding it.
  private func takeSteps(_ count: Int, _ options: ArraySlice<String>) throws {
    let size = engine.model.defaultSize
    let noise = try engine.noise(seed: 0, width: size.width, height: size.height)
    var run = try engine.denoising(
      noise, [engine.encode("a photo of a car")], sampling(steps: count, options))
    for _ in 0..<count { run.advance { noise } }
  }

  /// The picture's numbers from 0 to 1, of a prompt that the shipped model knows.
  private func picture(seed: UInt64, steps: Int, _ options: ArraySlice<String>) throws -> NDArray {
    let size = engine.model.defaultSize
    let noise = try engine.noise(seed: seed, width: size.width, height: size.height)
    let latent = try engine.denoise(noise, engine.encode("a photo of a car"), sampling(steps: steps, options)) { _ in
      noise
    }
    var picture = engine.pixels(latent)
    for i in picture.values.indices { picture.values[i] = min(max(picture.values[i] / 2 + 0.5, 0), 1) }
    return picture
  }

  private func sampling(steps: Int, _ options: ArraySlice<String>) -> Sampling {
    var sampling = Sampling(steps: steps, guidance: 4, scheduler: .ddim)
    for option in options {
      switch (GuidanceInterval(option), FeatureCache(option)) {
      case (let interval?, _): sampling.shortcuts.guidanceInterval = interval
      case (_, let cache?): sampling.shortcuts.cache = cache
      default: Benchmark.fail("benchmark: no shortcut '\(option)'")
      }
    }
    return sampling
  }

  private func walk(frames: Int, steps: Int) throws {
    let keyframes = ["a photo of a car", "a photo of a tiger"].enumerated().map { i, prompt in
      Keyframe(prompt: prompt, seed: UInt64(i), guidance: 4, start: .at(.frames(i * (frames - 1))))
    }
    let timeline = try Timeline(keyframes, rate: FrameRate(30))
    let size = engine.model.defaultSize
    let painter = try EnginePainter(
      engine, width: size.width, height: size.height, sampling: Sampling(steps: steps, guidance: 4, scheduler: .ddim))
    let walk = try WalkFrames(timeline, painter: painter)
    let lanes = engine.picturesAtOnce(width: size.width, height: size.height)
    // As the renderer does: several small pictures at once.
    for first in stride(from: 0, to: frames, by: lanes) {
      let range = first..<min(first + lanes, frames)
      DispatchQueue.concurrentPerform(iterations: range.count) { i in
        do { _ = try walk.frame(at: range.lowerBound + i) } catch { fatalError("\(error)") }
      }
    }
  }

  private func waves(_ count: Int, _ pitch: Double) -> [Float] {
    (0..<count).map { Float(sin(Double($0) * pitch)) }
  }
}
