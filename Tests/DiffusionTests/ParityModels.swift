import Diffusion
import Foundation
import Synchronization
import Tensors
import TestSupport

/// The reference's tiny models, each loaded once.
enum ParityModels {
  private static let engines = Mutex<[String: Engine]>([:])

  static func folder(_ golden: Golden) throws -> URL {
    guard let model = golden.json["model"].string else { throw GoldenError("\(golden) names no model") }
    return Golden.root.appending(path: model, directoryHint: .isDirectory)
  }

  /// The autoencoder of the case's model, which may be of a kind that the engine does not run as a whole:
  /// it takes the place of another's.
  static func autoencoder(_ golden: Golden) throws -> (weights: Autoencoder, configuration: AutoencoderConfiguration) {
    let scratch = try ScratchFolder()
    let whole = Golden.root.appending(path: "models/tiny-sd15")
    for part in try FileManager.default.contentsOfDirectory(atPath: whole.path) {
      let owner = part == "vae" ? try folder(golden) : whole
      try FileManager.default.createSymbolicLink(
        at: scratch.url.appending(path: part), withDestinationURL: owner.appending(path: part))
    }
    return try withExtendedLifetime(scratch) {
      let folder = try ModelFolder(scratch.url)
      return (try folder.loadAutoencoder(), folder.autoencoder)
    }
  }

  /// The model in single precision throughout.
  static func engine(_ golden: Golden) throws -> Engine {
    let folder = try folder(golden)
    return try engines.withLock { engines in
      if let engine = engines[folder.path] { return engine }
      let engine = try Engine(model: folder, precision: .fp32)
      engines[folder.path] = engine
      return engine
    }
  }
}

/// The reference data about models, and what of them the engine does not run.
enum ParityCases {
  /// Every folder of the reference data that is called expected-something.
  static let folders: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: Golden.root.path)) ?? []
    return all.filter { $0.hasPrefix("expected-") }.sorted()
  }()

  /// Beginnings of identifiers, or models, with the reason.
  static let unsupported: KeyValuePairs<String, String> = [
    "expected-sd15/fp16-native": "fp16 arithmetic is not offered: half-precision weights are widened",
    "models/tiny-taesd": "AutoencoderTiny is not supported",
    "expected-sd15/txt2img-taesd": "AutoencoderTiny is not supported",
    "expected-sdxl/text": "the second text encoder of Stable Diffusion XL is not offered",
    "expected-sdxl/encode-prompt": "the second text encoder of Stable Diffusion XL is not offered",
    "expected-sdxl/unet": "the denoiser of Stable Diffusion XL is not offered",
    "expected-sdxl/txt2img": "the denoiser of Stable Diffusion XL is not offered",
    "expected-lcm/unet": "the data give the embedded guidance, our denoiser takes the guidance itself",
  ]

  /// All cases of the folders that are of one kind and supported.
  static func cases(_ isOfKind: (Golden) -> Bool) throws -> [Golden] {
    try folders.flatMap { try Golden.cases(in: $0) }.filter { isOfKind($0) && !isUnsupported($0) }
  }

  static func isUnsupported(_ golden: Golden) -> Bool {
    unsupported.contains { golden.description.hasPrefix($0.key) || golden.json["model"].string == $0.key }
  }

  static func isText(_ golden: Golden) -> Bool { golden.inputs["ids"] != nil }
  static func isTimeEmbedding(_ golden: Golden) -> Bool { golden.inputs["t"] != nil }
  static func isGuidanceEmbedding(_ golden: Golden) -> Bool { golden.inputs["w"] != nil }
  static func isDenoiser(_ golden: Golden) -> Bool { golden.inputs["sample"] != nil }
  static func isAutoencoder(_ golden: Golden) -> Bool { golden.inputs["latents"] != nil }
  static func isBFloat16(_ golden: Golden) -> Bool { golden.id == "bf16-native" }
  static func isPipeline(_ golden: Golden) -> Bool { golden.json["call"] != .null }
}
