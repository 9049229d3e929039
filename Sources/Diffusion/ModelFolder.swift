package import Foundation
internal import Tensors

/// A model in diffusers' layout: model_index.json, and a folder for each part.
///
/// Everything but the weights is read and checked at once; ``weights(_:)`` maps those.
package struct ModelFolder: Sendable {
  /// The parts that have weights.
  package enum Part: String, Sendable, CaseIterable {
    case textEncoder = "text_encoder"
    case unet
    case autoencoder = "vae"
  }

  package let url: URL
  package let tokenizer: Tokenizer
  package let textEncoder: TextEncoderConfiguration
  package let unet: UNetConfiguration
  package let autoencoder: any PictureCodecConfiguration
  /// The scheduler_config.json, which is there.
  package let schedulerConfiguration: URL

  package init(_ url: URL) throws(ModelError) {
    self.url = url
    try Self.requireFolder(url)
    try ModelIndex(contentsOf: url.appendingPathComponent("model_index.json")).check()

    func configuration(_ part: String, _ file: String = "config.json") throws(ModelError) -> URL {
      let folder = url.appendingPathComponent(part)
      guard folder.isFolder else {
        throw ModelError(url.path, found: "no folder \(part)", expected: "that part of the model", isMissing: true)
      }
      return folder.appendingPathComponent(file)
    }
    textEncoder = try TextEncoderConfiguration(contentsOf: configuration("text_encoder"))
    unet = try UNetConfiguration(contentsOf: configuration("unet"))
    autoencoder = try Self.autoencoder(contentsOf: configuration("vae"))
    schedulerConfiguration = try configuration("scheduler", "scheduler_config.json")
    guard FileManager.default.isReadableFile(atPath: schedulerConfiguration.path) else {
      throw ModelError(
        schedulerConfiguration.path, found: "no such file", expected: "a scheduler's configuration", isMissing: true)
    }
    tokenizer = try Tokenizer(
      contentsOf: url.appendingPathComponent("tokenizer"), positions: textEncoder.maxPositionEmbeddings)
    try checkAgreement()
  }

  /// Maps a part's weights: one file, or several with an index, in any precision.
  package func weights(_ part: Part) throws -> Weights {
    let folder = url.appendingPathComponent(part.rawValue)
    let files = try WeightFiles(in: folder, stem: part == .textEncoder ? "model" : "diffusion_pytorch_model").open()
    switch part {
    case .textEncoder:
      // Older exports have the prefix and a buffer of positions.
      return try Weights(
        files, label: folder.path, dropping: "text_model.", ignoring: ["embeddings.position_ids"])
    case .unet, .autoencoder:
      return try Weights(files, label: folder.path)
    }
  }

  /// Of the kind that the file names; of the usual kind where it names none.
  private static func autoencoder(contentsOf url: URL) throws(ModelError) -> any PictureCodecConfiguration {
    let name = try JSONValue.object(in: url)["_class_name"]
    return name == .string(TinyAutoencoderConfiguration.className)
      ? try TinyAutoencoderConfiguration(contentsOf: url) : try AutoencoderConfiguration(contentsOf: url)
  }

  private static func requireFolder(_ url: URL) throws(ModelError) {
    if url.isFolder { return }
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw ModelError(url.path, found: "no such folder", expected: "a model in diffusers' layout", isMissing: true)
    }
    guard !WeightFiles.pickles.contains(url.pathExtension.lowercased()) else {
      throw ModelError(
        url.path, found: "a pickle file, which can run any code when it is opened", expected: WeightFiles.advice)
    }
    throw ModelError(url.path, found: "a file", expected: "a folder in diffusers' layout, with a model_index.json")
  }

  /// The parts must fit one another.
  private func checkAgreement() throws(ModelError) {
    guard tokenizer.largestID < textEncoder.vocabSize else {
      throw ModelError(
        url.path, found: "a tokenizer with ids up to \(tokenizer.largestID)",
        expected: "less than the text encoder's vocab_size \(textEncoder.vocabSize)")
    }
    guard unet.crossAttentionDim == textEncoder.hiddenSize else {
      throw ModelError(
        url.path, found: "a unet for prompts of width \(unet.crossAttentionDim) (cross_attention_dim)",
        expected: "the text encoder's hidden_size \(textEncoder.hiddenSize)")
    }
    guard unet.inChannels == autoencoder.latentChannels, unet.outChannels == autoencoder.latentChannels else {
      throw ModelError(
        url.path, found: "a unet with in_channels \(unet.inChannels) and out_channels \(unet.outChannels)",
        expected: "the vae's latent_channels \(autoencoder.latentChannels); models for inpainting are not supported")
    }
  }
}

/// A model_index.json: the pipeline's class and those of its parts.
private struct ModelIndex {
  private let path: String
  private let values: [String: JSONValue]

  init(contentsOf url: URL) throws(ModelError) {
    path = url.path
    values = try JSONValue.object(in: url)
  }

  static let pipelines: Set = [
    "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "LatentConsistencyModelPipeline",
    "LatentConsistencyModelImg2ImgPipeline",
  ]

  static let classes: KeyValuePairs = [
    "text_encoder": ["CLIPTextModel"], "tokenizer": ["CLIPTokenizer", "CLIPTokenizerFast"],
    "unet": ["UNet2DConditionModel"], "vae": ["AutoencoderKL", TinyAutoencoderConfiguration.className],
  ]

  /// Parts that judge or read pictures; a walk needs none.
  static let unused: Set = ["safety_checker", "feature_extractor", "image_encoder", "scheduler"]

  func check() throws(ModelError) {
    guard case .string(let pipeline)? = values["_class_name"] else {
      throw ModelError(path, found: "no _class_name", expected: "a pipeline's name")
    }
    guard !pipeline.contains("XL") else {
      throw ModelError(
        path, found: "the pipeline \(pipeline.forMessage)",
        expected: "Stable Diffusion 1.x or 2.x: SDXL models are not supported")
    }
    guard Self.pipelines.contains(pipeline) else {
      throw ModelError(
        path, found: "the pipeline \(pipeline.forMessage)", expected: Self.pipelines.sorted().joined(separator: ", "))
    }
    for (part, supported) in Self.classes {
      let name = try className(part)
      guard let name else { throw ModelError(path, found: "no \(part)", expected: supported[0]) }
      guard supported.contains(name) else {
        throw ModelError(
          path, found: "\(part) of class \(name.forMessage)", expected: supported.joined(separator: " or "))
      }
    }
    for part in values.keys.sorted()
    where !Self.classes.contains(where: { $0.key == part }) && !Self.unused.contains(part) {
      if let name = try className(part) {
        throw ModelError(
          path, found: "the part \(part.forMessage) of class \(name.forMessage)",
          expected: "only the parts of Stable Diffusion 1.x or 2.x")
      }
    }
  }

  /// The class in [library, class]; nil for what is no part, or is not there.
  private func className(_ part: String) throws(ModelError) -> String? {
    guard case .list(let pair)? = values[part] else { return nil }
    switch (pair.first, pair.last) {
    case (.string, .string(let name)) where pair.count == 2: return name
    case (.null, .null) where pair.count == 2: return nil
    default:
      throw ModelError(path, found: "\(part): \(JSONValue.list(pair).forMessage)", expected: "a library and a class")
    }
  }
}

extension URL {
  var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
