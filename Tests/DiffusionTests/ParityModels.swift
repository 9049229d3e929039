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

/// The folders of reference data about models that the engine runs, and what of them it does not.
enum ParityCases {
  static let folders = ["expected-sd15", "expected-sd21", "expected-lcm"]

  /// Beginnings of identifiers, or models, with the reason.
  static let unsupported: KeyValuePairs<String, String> = [
    "expected-sd15/fp16-native": "fp16 arithmetic is not offered: half-precision weights are widened",
    "models/tiny-taesd": "AutoencoderTiny is not supported",
    "expected-sd15/txt2img-taesd": "AutoencoderTiny is not supported",
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
