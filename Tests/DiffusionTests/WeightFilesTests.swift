import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

/// Which files a part's weights are read from, and what an index must not say.
@Suite struct WeightFilesTests {
  let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    try folder.writeModel()
  }

  /// The value of the tensor "a" of a part.
  func value(_ part: ModelFolder.Part = .unet) throws -> Float {
    try ModelFolder(folder.url).weights(part).tensor("a", [1]).floats()[0]
  }

  func message(_ part: ModelFolder.Part = .unet) -> String {
    refusal { try ModelFolder(folder.url).weights(part) }.replacing(folder.url.path, with: "MODEL")
  }

  func write(_ value: Float, named name: String = "a", to path: String) throws {
    try folder.write(safetensors([(name, [1], [value])]), to: path)
  }

  func writeIndex(_ map: String, to path: String = "unet/diffusion_pytorch_model.safetensors.index.json") throws {
    try folder.write(#"{"metadata":{"total_size":4},"weight_map":\#(map)}"#, to: path)
  }

  static let names: [(part: ModelFolder.Part, name: String)] = [
    (.unet, "unet/diffusion_pytorch_model.safetensors"), (.unet, "unet/diffusion_pytorch_model.fp16.safetensors"),
    (.unet, "unet/diffusion_pytorch_model.bf16.safetensors"), (.autoencoder, "vae/diffusion_pytorch_model.safetensors"),
    (.textEncoder, "text_encoder/model.safetensors"), (.textEncoder, "text_encoder/model.fp16.safetensors"),
  ]

  @Test(arguments: names) func findsTheFile(part: ModelFolder.Part, name: String) throws {
    try write(3, to: name)
    #expect(try value(part) == 3)
  }

  static let large = "1048576"
  static let greedy: [(part: ModelFolder.Part, changes: [String: [String: String?]])] = [
    (.unet, ["unet/config.json": ["layers_per_block": large]]),
    (.unet, ["unet/config.json": ["transformer_layers_per_block": large]]),
    (.unet, ["unet/config.json": ["block_out_channels": "[\(large), \(large)]"]]),
    (.unet, ["unet/config.json": ["time_cond_proj_dim": large]]),
    (
      .unet,
      [
        "unet/config.json": ["cross_attention_dim": large],
        "text_encoder/config.json": ["hidden_size": large, "num_hidden_layers": large],
      ]
    ),
    (
      .textEncoder,
      [
        "unet/config.json": ["cross_attention_dim": large],
        "text_encoder/config.json": [
          "hidden_size": large, "vocab_size": large, "max_position_embeddings": large, "num_hidden_layers": large,
          "intermediate_size": large,
        ],
      ]
    ),
    (.autoencoder, ["vae/config.json": ["layers_per_block": large]]),
    (.autoencoder, ["vae/config.json": ["block_out_channels": "[\(large), \(large)]"]]),
    (
      .autoencoder,
      [
        "vae/config.json": [
          "_class_name": #""AutoencoderTiny""#, "num_encoder_blocks": "[\(large)]", "num_decoder_blocks": "[\(large)]",
          "encoder_block_out_channels": large, "decoder_block_out_channels": large, "block_out_channels": nil,
          "down_block_types": nil, "up_block_types": nil, "norm_num_groups": nil,
        ]
      ]
    ),
  ]

  /// Petabytes of weights are asked for and named, not allocated.
  @Test(arguments: greedy)
  func asksTheFilesBeforeTheMemory(part: ModelFolder.Part, changes: [String: [String: String?]]) throws {
    try folder.writeModel(changes)
    let stem = part == .textEncoder ? "model" : "diffusion_pytorch_model"
    try write(1, to: "\(part.rawValue)/\(stem).safetensors")
    let model = try ModelFolder(folder.url)
    let message = refusal {
      switch part {
      case .textEncoder: _ = try model.loadTextEncoder()
      case .unet: _ = try model.loadUNet()
      case .autoencoder: _ = try model.loadAutoencoder()
      }
    }
    #expect(message.contains(" missing: "), "\(message)")
    #expect(message.utf8.count < 4000)
  }

  @Test func prefersFullPrecision() throws {
    try write(1, to: "unet/diffusion_pytorch_model.fp16.safetensors")
    try write(2, to: "unet/diffusion_pytorch_model.safetensors")
    #expect(try value() == 2)
  }

  @Test(arguments: ["", ".fp16"]) func readsShards(variant: String) throws {
    try writeIndex(
      #"{"a":"one.safetensors","b":"two.safetensors"}"#,
      to: "unet/diffusion_pytorch_model.safetensors.index\(variant).json")
    try write(1, to: "unet/one.safetensors")
    try write(2, named: "b", to: "unet/two.safetensors")
    let weights = try ModelFolder(folder.url).weights(.unet)
    #expect(try weights.tensor("a", [1]).floats() == [1])
    #expect(try weights.tensor("b", [1]).floats() == [2])
    try weights.finish()
  }

  @Test func textEncodersMayHaveAPrefixAndAnOldBuffer() throws {
    try folder.write(
      safetensors([("text_model.a", [1], [1]), ("text_model.embeddings.position_ids", [1], [0])]),
      to: "text_encoder/model.safetensors")
    let weights = try ModelFolder(folder.url).weights(.textEncoder)
    #expect(try weights.tensor("a", [1]).floats() == [1])
    try weights.finish()
  }

  @Test func namesTheFileThatIsNotThere() {
    #expect(
      message() == "cannot load MODEL/unet: found no weights, expected diffusion_pytorch_model.safetensors "
        + "or diffusion_pytorch_model.safetensors.index.json")
  }

  static let advice =
    "expected safetensors: convert it, for example with diffusers' save_pretrained(…, safe_serialization=True)"

  @Test(arguments: ["diffusion_pytorch_model.bin", "model.ckpt", "weights.PT", "w.pth", "w.pkl"])
  func refusesPicklesUnopened(name: String) throws {
    // A link to nothing: whoever opened it would stumble.
    let url = folder.url.appendingPathComponent("unet/\(name)")
    try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: "nothing")
    #expect(
      message() == "cannot load MODEL/unet/\(name): found a pickle file, which can run any code when it is opened, "
        + Self.advice)
  }

  static let plain = "expected the plain name of a .safetensors file in the same folder"

  static let indices: [(map: String, message: String)] = [
    (#"{"a":"../vae/w.safetensors"}"#, "'../vae/w.safetensors' as the file of 'a', \(plain)"),
    (#"{"a":"/etc/w.safetensors"}"#, "'/etc/w.safetensors' as the file of 'a', \(plain)"),
    (#"{"a":"sub/w.safetensors"}"#, "'sub/w.safetensors' as the file of 'a', \(plain)"),
    (#"{"a":"./w.safetensors"}"#, "'./w.safetensors' as the file of 'a', \(plain)"),
    (#"{"a":"..\\w.safetensors"}"#, "'..\\w.safetensors' as the file of 'a', \(plain)"),
    (#"{"a":".."}"#, "'..' as the file of 'a', \(plain)"),
    (#"{"a":".safetensors"}"#, "'.safetensors' as the file of 'a', \(plain)"),
    (#"{"a":""}"#, "'' as the file of 'a', \(plain)"),
    (#"{"a":"w\u0000.safetensors"}"#, "'w\\u{0}.safetensors' as the file of 'a', \(plain)"),
    (#"{"a":"w.json"}"#, "'w.json' as the file of 'a', \(plain)"),
    (#"{"a":"w.bin"}"#, "'w.bin' as the file of 'a', a pickle file, \(advice)"),
    (#"{"a":7}"#, "7 as the file of 'a', expected a file's name"),
    ("[]", "no weight_map, expected an object of tensors and their files"),
    ("null", "no weight_map, expected an object of tensors and their files"),
  ]

  @Test(arguments: indices) func refusesIndicesThatLeadElsewhere(map: String, found: String) throws {
    try writeIndex(map)
    try write(1, to: "vae/w.safetensors")
    try write(1, to: "unet/sub/w.safetensors")
    #expect(
      message() == "cannot load MODEL/unet/diffusion_pytorch_model.safetensors.index.json: found \(found)")
  }

  @Test func namesTheShardThatIsNotThere() throws {
    try writeIndex(#"{"a":"one.safetensors"}"#)
    #expect(
      message()
        == "cannot read MODEL/unet/one.safetensors: found no such file or directory, expected a safetensors file")
  }

  @Test func namesTheShardThatLacksATensor() throws {
    try writeIndex(#"{"a":"one.safetensors","b":"one.safetensors"}"#)
    try write(1, to: "unet/one.safetensors")
    #expect(
      message() == "cannot load MODEL/unet/one.safetensors: found no tensor 'b', expected it, "
        + "as diffusion_pytorch_model.safetensors.index.json says")
  }

  @Test func namesTheTensorThatNoIndexNames() throws {
    try writeIndex(#"{"b":"two.safetensors","a":"one.safetensors"}"#)
    try write(1, to: "unet/one.safetensors")
    try folder.write(safetensors([("a", [1], [1]), ("b", [1], [1])]), to: "unet/two.safetensors")
    #expect(
      message() == "cannot load MODEL/unet/two.safetensors: found the tensor 'a', expected only those that "
        + "diffusion_pytorch_model.safetensors.index.json names")
  }

  @Test func refusesMalformedShards() throws {
    try writeIndex(#"{"a":"one.safetensors"}"#)
    try folder.write("short", to: "unet/one.safetensors")
    #expect(
      message()
        == "cannot read MODEL/unet/one.safetensors: found a file of 5 bytes, expected at least 8, the length of the header"
    )
  }
}
