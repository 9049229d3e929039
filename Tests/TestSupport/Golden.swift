package import Foundation
package import Tensors

/// One case of the reference data: inputs, what they must give, and how near is near enough.
///
/// The data lie in Tests/Goldens, or in the folder that the environment variable
/// LATENTWALK_REFERENCE names. Each folder in it has a manifest.json that lists its cases.
package struct Golden: Sendable, CustomStringConvertible {
  /// What the manifest says about a tensor.
  package struct Tensor: Sendable {
    package let key: String
    package let shape: [Int]
    package let json: JSON

    /// The largest error that counts as equal.
    package var tolerance: Double { json["atol"].double ?? 0 }
    /// The same for an implementation in double precision.
    package var doubleTolerance: Double { json["atol_f64"].double ?? tolerance }
    /// The same for every step of a run, where the error grows; `tolerance` for those not listed.
    package func tolerance(ofStep step: Int) -> Double {
      let steps = json["atol_per_step"].list
      return steps.indices.contains(step) ? steps[step].double ?? tolerance : tolerance
    }
  }

  package let id: String
  /// The folder, as given to `cases(in:)`.
  package let folder: String
  /// All that the manifest says about the case.
  package let json: JSON
  package let inputs: [String: Tensor]
  package let expected: [String: Tensor]
  /// Nil for a case without tensors.
  private let file: SafetensorsFile?

  package var description: String { "\(folder)/\(id)" }

  /// The folder of all reference data.
  package static let root: URL =
    if let named = ProcessInfo.processInfo.environment["LATENTWALK_REFERENCE"] {
      URL(filePath: named, directoryHint: .isDirectory)
    } else {
      ours
    }

  /// Our own reference data, whose models the tests of laws take.
  package static let ours = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Goldens", directoryHint: .isDirectory)

  /// The manifest of `folder`.
  package static func manifest(in folder: String) throws -> JSON {
    try JSON(contentsOf: root.appending(path: "\(folder)/manifest.json"))
  }

  /// The cases of `folder`, those for which `isWanted` holds of the identifier.
  ///
  /// Other data than our own need not have every folder: then there are none.
  package static func cases(in folder: String, where isWanted: (String) -> Bool = { _ in true }) throws -> [Golden] {
    let isOurs = ProcessInfo.processInfo.environment["LATENTWALK_REFERENCE"] == nil
    let manifest = root.appending(path: "\(folder)/manifest.json")
    if !isOurs, !FileManager.default.fileExists(atPath: manifest.path) {
      print("The reference data have no folder \(folder).")
      return []
    }
    var files: [String: SafetensorsFile] = [:]
    return try JSON(contentsOf: manifest)["cases"].list.compactMap { json in
      guard let id = json["id"].string else { throw GoldenError("\(folder): a case without an id") }
      guard isWanted(id) else { return nil }
      var file: SafetensorsFile?
      if let name = json["file"].string, name.hasSuffix(".safetensors") {
        file = try files[name] ?? SafetensorsFile(contentsOf: root.appending(path: "\(folder)/\(name)"))
        files[name] = file
      }
      return try Golden(id: id, folder: folder, json: json, file: file)
    }
  }

  private init(id: String, folder: String, json: JSON, file: SafetensorsFile?) throws {
    self.id = id
    self.folder = folder
    self.json = json
    self.file = file
    func tensors(_ part: String) throws -> [String: Tensor] {
      try json[part].object.mapValues { tensor in
        guard let key = tensor["key"].string else { throw GoldenError("\(folder)/\(id): a tensor without a key") }
        return Tensor(key: key, shape: tensor["shape"].list.compactMap(\.int), json: tensor)
      }
    }
    inputs = try tensors("inputs")
    expected = try tensors("expected")
  }

  /// The input tensor called `name`.
  package func input(_ name: String) throws -> NDArray {
    try tensors().ndarray(find(name, in: inputs).key)
  }

  package func inputDoubles(_ name: String) throws -> [Double] {
    try tensors().doubles(find(name, in: inputs).key)
  }

  /// The expected tensor called `name`.
  package func output(_ name: String) throws -> NDArray {
    try tensors().ndarray(find(name, in: expected).key)
  }

  package func outputDoubles(_ name: String) throws -> [Double] {
    try tensors().doubles(find(name, in: expected).key)
  }

  private func tensors() throws -> SafetensorsFile {
    guard let file else { throw GoldenError("\(self) has no tensors") }
    return file
  }

  private func find(_ name: String, in tensors: [String: Tensor]) throws -> Tensor {
    guard let tensor = tensors[name] else { throw GoldenError("\(self) has no tensor \(name)") }
    return tensor
  }
}

/// Reference data that are not what the tests take them for.
package struct GoldenError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
