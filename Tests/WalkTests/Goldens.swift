import Foundation
import Tensors

/// A folder of golden cases: `manifest.json`, and beside it the safetensors files it names.
struct Goldens: Decodable {
  var cases: [Case]

  struct Case: Decodable {
    let id: String
    let file: String
    let inputs: [String: Entry]
    let expected: [String: Entry]
  }

  struct Entry: Decodable {
    let key: String
    let atol_f64: Double?
    let atol: Double?
  }

  /// The folders named `walk`: the repo's own and, where `LATENTWALK_REFERENCE` names one, the reference's.
  static let folders: [URL] = {
    let own = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Goldens/walk").standardized
    let reference = ProcessInfo.processInfo.environment["LATENTWALK_REFERENCE"].map {
      URL(filePath: $0).appending(path: "walk")
    }
    return [own] + [reference].compactMap { $0 }
  }()

  static func read(_ folder: URL) throws -> Goldens {
    let text = try String(contentsOf: folder.appending(path: "manifest.json"), encoding: .utf8)
    // Python writes infinities bare, which is no JSON; no field that is read here holds one.
    let json = text.replacingOccurrences(of: ": -Infinity", with: ": null").replacingOccurrences(of: ": Infinity", with: ": null")
    return try JSONDecoder().decode(Goldens.self, from: Data(json.utf8))
  }
}
