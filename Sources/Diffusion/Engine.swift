public import Foundation
public import Pixels
public import Tensors

/// A latent picture [n, channels, height / factor, width / factor].
public typealias Latent = NDArray

/// A loaded model: everything in the house that makes pictures goes through it.
///
/// Calls may come from several threads at once; see ``picturesAtOnce(width:height:)``.
public final class Engine: Sendable {
  /// What the model is and what it expects.
  public let model: ModelDescription

  private let tokenizer: Tokenizer
  package let textEncoder: TextEncoder
  package let unet: UNet
  package let autoencoder: any PictureCodec
  private let scheduler: SchedulerConfiguration
  package let scalar: Scalar
  private let threads: Int

  /// Loads a model from a diffusers folder.
  ///
  /// Weights stay in their files until a layer needs them for the first time. `threads` compute, by default as many as
  /// there are cores. Throws a `ModelError` that names the file, and what was wrong with it.
  public init(model folder: URL, precision: Precision = .automatic, threads: Int? = nil) throws {
    self.threads = max(1, threads ?? Team.threads)
    let files = try ModelFolder(folder)
    scheduler = try SchedulerConfiguration(contentsOf: files.schedulerConfiguration).overLatents
    tokenizer = files.tokenizer
    scalar = precision.scalar
    model = try ModelDescription(files, scheduler, tokens: tokenizer.chunkLength, scalar)
    textEncoder = try files.loadTextEncoder()
    unet = try files.loadUNet()
    autoencoder = try files.loadAutoencoder()
  }

  /// The same model, computing in another precision.
  ///
  /// The two share the files of their weights; each packs what it needs of them.
  public func computing(in precision: Precision) -> Engine { Engine(self, precision.scalar) }

  private init(_ other: Engine, _ scalar: Scalar) {
    model = other.model.computing(in: scalar)
    tokenizer = other.tokenizer
    textEncoder = other.textEncoder
    unet = other.unet
    autoencoder = other.autoencoder
    scheduler = other.scheduler
    threads = other.threads
    self.scalar = scalar
  }

  /// How many pictures of that size are best made at the same time, each by its own call.
  ///
  /// Threads that share the work of a small picture mostly wait for one another; one thread a picture does not wait.
  public func picturesAtOnce(width: Int, height: Int) -> Int {
    model.isSmall(cells: width * height / (model.factor * model.factor)) ? threads : 1
  }

  /// Threads that work on one picture. Depends on its size alone, so that the result does.
  private func threads(for latent: Latent) -> Int {
    model.isSmall(cells: latent.shape[2] * latent.shape[3]) ? 1 : threads
  }

  /// Encodes prompts with their negative prompts.
  ///
  /// A prompt may be a sum of prompts in quotes, such as `"king" - "man" + "woman"`: their embeddings are added, and a
  /// `PromptError` says what is wrong with it. Long prompts take several chunks of tokens. All results have as many as the longest, so that they can be mixed:
  /// shorter prompts are filled up with encoded empty chunks. `skipping` leaves out that many of the encoder's last
  /// layers for prompts, not for negative prompts (clip skip).
  public func encode(_ prompts: [(prompt: String, negative: String)], skipping: Int = 0) throws -> [Conditioning] {
    let sums = try prompts.map {
      (prompt: try TokenSum($0.prompt, tokenizer), negative: try TokenSum($0.negative, tokenizer))
    }
    let longest = sums.map { max($0.prompt.longest, $0.negative.longest) }.max() ?? 0
    let empty = tokenizer.chunks("")[0]
    defer { textEncoder.release() }
    return withTeam(of: threads) {
      var encoded: [[[Int]]: NDArray] = [:]
      func states(_ chunks: [[Int]], skipping: Int) -> NDArray {
        let rows = chunks + Array(repeating: empty, count: longest - chunks.count)
        if skipping == 0, let known = encoded[rows] { return known }
        let result = embeddings(rows, skipping: skipping)
        if skipping == 0 { encoded[rows] = result }
        return result
      }
      return sums.map { sum in
        Conditioning(
          prompt: sum.prompt.embedding { states($0, skipping: skipping) },
          negative: sum.negative.embedding { states($0, skipping: 0) })
      }
    }
  }

  /// Rows of token ids as [rows · tokens, width].
  private func embeddings(_ rows: [[Int]], skipping: Int) -> NDArray {
    let states = textEncoder(rows)
    let last = skipping == 0 ? states.last : textEncoder.normalized(states, skipping: skipping)
    return NDArray(last.floats, shape: [last.rows, last.width])
  }

  /// Encodes one prompt; see `encode(_:skipping:)`.
  public func encode(_ prompt: String, negative: String = "") throws -> Conditioning {
    try encode([(prompt, negative)])[0]
  }

  /// The shape of one picture's latent. Throws where the model cannot make that size.
  public func latentShape(width: Int, height: Int) throws(EngineError) -> [Int] {
    try model.latentShape(width: width, height: height)
  }

  /// Standard normal noise for one picture: what `torch.randn` draws on the CPU for the same seed.
  public func noise(seed: UInt64, width: Int, height: Int) throws(EngineError) -> Latent {
    var generator = NoiseGenerator(seed: seed)
    return generator.next(shape: try latentShape(width: width, height: height))
  }

  /// Takes noise [1, channels, height, width] to a clean latent.
  ///
  /// Stochastic schedulers ask `stepNoise` for standard normal noise of the same shape; 0 is the first time they do.
  public func denoise(
    _ noise: Latent, _ conditioning: Conditioning, _ sampling: Sampling, stepNoise: (Int) -> Latent
  ) throws -> Latent {
    var run = try denoising(noise, [conditioning], sampling)
    var drawn = 0
    while !run.isFinished {
      run.advance {
        defer { drawn += 1 }
        return stepNoise(drawn)
      }
    }
    return run.latent
  }

  /// A run over one or more pictures at once, to be pulled evaluation by evaluation.
  package func denoising(
    _ noise: Latent, _ conditionings: [Conditioning], _ sampling: Sampling
  ) throws(SchedulerError) -> Denoising {
    let sampler = try scheduler.sampler(sampling.scheduler, steps: sampling.steps)
    var latent = noise
    let scale = Float(sampler.initialNoiseScale)
    for i in latent.values.indices { latent.values[i] *= scale }
    return denoising(from: latent, at: 0, conditionings, sampling, sampler)
  }

  /// The same from a latent that already has the noise of evaluation `first`.
  package func denoising(
    from latent: Latent, at first: Int, _ conditionings: [Conditioning], _ sampling: Sampling, _ sampler: any Sampler
  ) -> Denoising {
    Denoising(
      unet, conditionings, sampling, sampler: sampler, latent: latent, first: first, scalar: scalar,
      threads: threads(for: latent))
  }

  /// A sampler over this model's training, of the kind asked for or of the model's own.
  package func sampler(_ kind: SchedulerKind? = nil, steps: Int) throws(SchedulerError) -> any Sampler {
    try scheduler.sampler(kind, steps: steps)
  }

  /// The picture of a clean latent [1, channels, height, width].
  ///
  /// Throws where the latent or the picture is broken: where it holds a number that is none, or is flat.
  public func decode(_ latent: Latent) throws(EngineError) -> Image {
    guard latent.values.allSatisfy(\.isFinite) else { throw .notFinite(part: "denoiser") }
    guard latent.values.contains(where: { $0 != latent.values[0] }) else { throw .flat(part: "denoiser") }
    let picture = pixels(latent)
    guard picture.values.allSatisfy(\.isFinite) else { throw .notFinite(part: "autoencoder") }
    let image = Image(planes: picture)
    guard !image.isFlat else { throw .flat(part: "autoencoder") }
    return image
  }

  /// The decoder's output [n, 3, height, width], about -1 to 1, of scaled latents.
  package func pixels(_ latent: Latent) -> NDArray {
    var z = latent
    let (scale, shift) = (Float(model.scalingFactor), Float(model.shiftFactor))
    for i in z.values.indices { z.values[i] = z.values[i] / scale + shift }
    return withTeam(of: threads(for: z)) {
      autoencoder.decode(Tensor(channelsFirst: z, scalar: scalar)).channelsFirst
    }
  }

  /// The latent of a picture whose sides are multiples of the model's factor: the mean, or with `noise` a sample.
  public func encode(_ image: Image, noise: Latent? = nil) throws(EngineError) -> Latent {
    _ = try latentShape(width: image.width, height: image.height)
    return latent(of: image.planes, noise: noise)
  }

  /// The same for pictures [n, 3, height, width] from -1 to 1.
  package func latent(of pictures: NDArray, noise: Latent? = nil) -> Latent {
    let moments = withTeam(of: threads) {
      autoencoder.moments(Tensor(channelsFirst: pictures, scalar: scalar)).channelsFirst
    }
    let (n, channels) = (moments.shape[0], model.latentChannels)
    let size = channels * moments.shape[2] * moments.shape[3]
    let stride = moments.count / n
    var z = NDArray(zeros: [n, channels] + moments.shape.dropFirst(2))
    let (scale, shift) = (Float(model.scalingFactor), Float(model.shiftFactor))
    for i in z.values.indices {
      let j = i / size * stride + i % size
      var value = moments.values[j]
      // A network that gives no variance is sure of its mean.
      if let noise, stride > size { value += exp(0.5 * min(max(moments.values[j + size], -30), 20)) * noise.values[i] }
      z.values[i] = (value - shift) * scale
    }
    return z
  }
}

/// Computes with a team of that many threads.
func withTeam<Result>(of threads: Int, _ compute: () throws -> Result) rethrows -> Result {
  let before = Team.threads
  Team.use(threads: threads)
  defer {
    Team.use(threads: before)
    PackingRoom.release()
  }
  return try compute()
}

extension Image {
  /// Whether all pixels have one colour, to a level.
  fileprivate var isFlat: Bool {
    (0..<3).allSatisfy { channel in
      var (least, most) = (UInt8.max, UInt8.min)
      for i in stride(from: channel, to: pixels.count, by: 3) {
        least = min(least, pixels[i])
        most = max(most, pixels[i])
      }
      return most - least <= 1
    }
  }

  /// Planes [1, 3, height, width] from -1 to 1 as bytes, rounded to the nearest.
  package init(planes a: NDArray) {
    let (height, width) = (a.shape[2], a.shape[3])
    let plane = height * width
    let pixels = [UInt8](unsafeUninitializedCapacity: 3 * plane) { bytes, count in
      for p in 0..<plane {
        for c in 0..<3 {
          let level = (a.values[c * plane + p] / 2 + 0.5) * 255
          bytes[3 * p + c] = UInt8(min(max(level, 0), 255).rounded(.toNearestOrEven))
        }
      }
      count = 3 * plane
    }
    self.init(width: width, height: height, pixels: pixels)
  }

  /// The picture as planes [1, 3, height, width] from -1 to 1.
  package var planes: NDArray {
    let plane = width * height
    var values = [Float](repeating: 0, count: 3 * plane)
    for p in 0..<plane {
      for c in 0..<3 { values[c * plane + p] = Float(pixels[3 * p + c]) / 127.5 - 1 }
    }
    return NDArray(values, shape: [1, 3, height, width])
  }
}
