internal import Foundation
internal import Tensors

/// The files that hold a part's weights.
struct WeightFiles {
  private let folder: URL
  private let stem: String

  /// Files in Python's pickle format run code when they are opened, so nobody opens them here.
  static let pickles: Set = ["bin", "ckpt", "pt", "pth", "pkl"]
  static let advice = "safetensors: convert it, for example with diffusers' save_pretrained(…, safe_serialization=True)"

  init(in folder: URL, stem: String) {
    self.folder = folder
    self.stem = stem
  }

  /// Opens the one file, or those that the index names; full precision where there is a choice.
  func open() throws -> [SafetensorsFile] {
    for variant in ["", ".fp32", ".fp16", ".bf16"] {
      let single = folder.appendingPathComponent("\(stem)\(variant).safetensors")
      if exists(single) { return [try SafetensorsFile(contentsOf: single)] }
      let index = folder.appendingPathComponent("\(stem).safetensors.index\(variant).json")
      if exists(index) { return try ShardIndex(contentsOf: index).open() }
    }
    throw nothing()
  }

  private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

  private func nothing() -> ModelError {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    if let pickle = names.first(where: { Self.pickles.contains(($0 as NSString).pathExtension.lowercased()) }) {
      return ModelError(
        folder.appendingPathComponent(pickle).path, found: "a pickle file, which can run any code when it is opened",
        expected: Self.advice)
    }
    return ModelError(
      folder.path, found: "no weights", expected: "\(stem).safetensors or \(stem).safetensors.index.json",
      isMissing: true)
  }
}

/// A *.safetensors.index.json: which tensor lies in which file beside it.
struct ShardIndex {
  private let url: URL
  private let map: [String: String]

  init(contentsOf url: URL) throws(ModelError) {
    self.url = url
    guard case .object(let entries)? = try JSONValue.object(in: url)["weight_map"] else {
      throw ModelError(url.path, found: "no weight_map", expected: "an object of tensors and their files")
    }
    var map: [String: String] = [:]
    for (tensor, file) in entries.sorted(by: { $0.key < $1.key }) {
      guard case .string(let name) = file else {
        throw ModelError(
          url.path, found: "\(file.forMessage) as the file of \(tensor.forMessage)", expected: "a file's name")
      }
      try Self.check(name, of: tensor, in: url)
      map[tensor] = name
    }
    self.map = map
  }

  /// A shard lies beside its index: a name with a path in it could lead anywhere.
  private static func check(_ name: String, of tensor: String, in url: URL) throws(ModelError) {
    let what = "\(name.forMessage) as the file of \(tensor.forMessage)"
    guard !WeightFiles.pickles.contains((name as NSString).pathExtension.lowercased()) else {
      throw ModelError(url.path, found: "\(what), a pickle file", expected: WeightFiles.advice)
    }
    guard !name.contains("/"), !name.contains("\\"), !name.contains("\0"), !name.hasPrefix("."),
      name.hasSuffix(".safetensors")
    else {
      throw ModelError(url.path, found: what, expected: "the plain name of a .safetensors file in the same folder")
    }
  }

  /// Opens all files and makes sure that each holds what the index says, and nothing else.
  func open() throws -> [SafetensorsFile] {
    let folder = url.deletingLastPathComponent()
    return try Set(map.values).sorted().map { name in
      let file = try SafetensorsFile(contentsOf: folder.appendingPathComponent(name))
      let promised = map.filter { $0.value == name }.keys.sorted()
      if let tensor = promised.first(where: { file[$0] == nil }) {
        throw ModelError(
          file.url.path, found: "no tensor \(tensor.forMessage)", expected: "it, as \(url.lastPathComponent) says")
      }
      if let tensor = file.names.first(where: { map[$0] != name }) {
        throw ModelError(
          file.url.path, found: "the tensor \(tensor.forMessage)",
          expected: "only those that \(url.lastPathComponent) names")
      }
      return file
    }
  }
}
