import Diffusion
import Foundation
import Tensors
import Walk

/// Our side of `Benchmarks/bench.py`: loads a model, then does what each line on standard input asks for and answers
/// with a line of JSON.
///
///     benchmark MODEL fp32|bf16 THREADS
///     text                    encodes two rows of tokens
///     unet SIDE OUTPUT        one guided step on latents of SIDE x SIDE cells, inputs as in bench.py
///     vae SIDE OUTPUT         decodes one latent
///     walk FRAMES STEPS       a whole walk between two prompts at the model's size
@main
struct Benchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let precision = Precision(rawValue: arguments[2]), let threads = Int(arguments[3])
    else {
      FileHandle.standardError.write(Data("usage: benchmark MODEL fp32|bf16 THREADS\n".utf8))
      exit(64)
    }
    let clock = ContinuousClock()
    let folder = URL(fileURLWithPath: arguments[1])
    var parts: Parts?
    let load = try clock.measure { parts = try Parts(folder, precision, threads: threads) }
    answer(seconds: load)
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      switch (words.first, words.dropFirst().first.flatMap(Int.init)) {
      case ("text", _): answer(seconds: clock.measure { parts!.text() })
      case ("unet", let side?):
        var output: NDArray?
        let time = clock.measure { output = parts!.unetStep(side) }
        try write(output!, words.last!)
        answer(seconds: time)
      case ("vae", let side?):
        var output: NDArray?
        let time = clock.measure { output = parts!.decode(side) }
        try write(output!, words.last!)
        answer(seconds: time)
      case ("walk", let frames?):
        answer(seconds: try clock.measure { try parts!.walk(frames: frames, steps: Int(words[2]) ?? 20) })
      default:
        FileHandle.standardError.write(Data("benchmark: cannot do '\(line)'\n".utf8))
        exit(64)
      }
    }
  }

  private static func answer(seconds: Duration) {
    let (whole, rest) = seconds.components
    let line = "{\"seconds\": \(Double(whole) + Double(rest) * 1e-18), \"peak_mb\": \(peakMemory() / 1024)}\n"
    FileHandle.standardOutput.write(Data(line.utf8))
  }

  /// Numbers as little-endian fp32, for the comparison in Python.
  private static func write(_ a: NDArray, _ path: String) throws {
    try a.values.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: path)) }
  }

  /// The largest resident set so far, in kilobytes. (`getrusage` would count what ran before this program.)
  private static func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
  }
}

/// A model's parts, called one by one.
private struct Parts {
  let engine: Engine
  let folder: ModelFolder
  let textEncoder: TextEncoder
  let unet: UNet
  let autoencoder: Autoencoder
  let precision: Precision

  init(_ url: URL, _ precision: Precision, threads: Int) throws {
    Team.use(threads: threads)
    engine = try Engine(model: url, precision: precision, threads: threads)
    folder = try ModelFolder(url)
    textEncoder = try folder.loadTextEncoder()
    unet = try folder.loadUNet()
    autoencoder = try folder.loadAutoencoder()
    self.precision = precision
  }

  func text() {
    let row = (0..<folder.textEncoder.maxPositionEmbeddings).map { $0 % folder.textEncoder.vocabSize }
    _ = textEncoder([row, row]).last.floats
  }

  /// One latent with the two prompts of guidance at time 500: the waves that bench.py makes alike.
  func unetStep(_ side: Int) -> NDArray {
    let tokens = folder.textEncoder.maxPositionEmbeddings
    let width = folder.unet.crossAttentionDim
    let prompt = Tensor(waves(2 * tokens * width, 0.37), shape: [2, tokens, width], scalar: precision.scalar)
    let channels = folder.unet.inChannels
    let x = NDArray(waves(channels * side * side, 0.11), shape: [1, channels, side, side])
    return unet(Tensor(channelsFirst: x, scalar: precision.scalar), time: 500, unet.context(prompt)).channelsFirst
  }

  func decode(_ side: Int) -> NDArray {
    let channels = folder.autoencoder.latentChannels
    let z = NDArray(waves(channels * side * side, 0.11), shape: [1, channels, side, side])
    return autoencoder.decode(Tensor(channelsFirst: z, scalar: precision.scalar)).channelsFirst
  }

  func walk(frames: Int, steps: Int) throws {
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
