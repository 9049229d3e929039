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

  /// The autoencoder of the case's model, which may be of a kind that the engine does not run as a whole,
  /// or lie in its folder by itself.
  static func autoencoder(_ golden: Golden) throws -> any PictureCodec {
    let (folder, scratch) = try withAutoencoder(of: folder(golden))
    return try withExtendedLifetime(scratch) { try folder.loadAutoencoder() }
  }

  /// tiny-sd15 with the autoencoder of another folder; the scratch folder must outlive the loading.
  private static func withAutoencoder(of owner: URL) throws -> (ModelFolder, ScratchFolder) {
    let scratch = try ScratchFolder()
    let whole = Golden.root.appending(path: "models/tiny-sd15")
    let part = owner.appending(path: "vae")
    for name in try FileManager.default.contentsOfDirectory(atPath: whole.path) where name != "vae" {
      try FileManager.default.createSymbolicLink(
        at: scratch[name], withDestinationURL: whole.appending(path: name))
    }
    let isAlone = !FileManager.default.fileExists(atPath: part.path)
    try FileManager.default.createSymbolicLink(at: scratch["vae"], withDestinationURL: isAlone ? owner : part)
    return (try ModelFolder(scratch.url), scratch)
  }

  /// The model in single precision throughout. Cases called so have the tiny autoencoder in it.
  static func engine(_ golden: Golden) throws -> Engine {
    let folder = try folder(golden)
    let isTiny = golden.id.hasSuffix("-taesd")
    return try engines.withLock { engines in
      let key = isTiny ? "\(folder.path) taesd" : folder.path
      if let engine = engines[key] { return engine }
      let engine: Engine
      if isTiny {
        let (model, scratch) = try withAutoencoder(of: Golden.root.appending(path: "models/tiny-taesd"))
        engine = try withExtendedLifetime(scratch) { try Engine(model: model.url, precision: .fp32) }
      } else {
        engine = try Engine(model: folder, precision: .fp32)
      }
      engines[key] = engine
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
    "expected-sdxl/text": "the second text encoder of Stable Diffusion XL is not offered",
    "expected-sdxl/encode-prompt": "the second text encoder of Stable Diffusion XL is not offered",
    "expected-sdxl/unet": "the denoiser of Stable Diffusion XL is not offered",
    "expected-sdxl/txt2img": "the denoiser of Stable Diffusion XL is not offered",
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
