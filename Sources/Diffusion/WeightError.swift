package import Tensors

/// Weights that are not what the model's configuration asks for.
package enum WeightError: Error, CustomStringConvertible {
  case faults(Faults, in: String)
  /// With and without the prefix that was dropped, or in two files.
  case twice(_ name: String, in: String)

  /// Everything that one part's files have, or have not.
  package struct Faults: Sendable {
    package var missing: [(name: String, shape: [Int])] = []
    package var wrongShape: [(name: String, found: [Int], expected: [Int])] = []
    package var wrongType: [(name: String, found: StoredType)] = []
    package var leftOver: [String] = []

    var count: Int { missing.count + wrongShape.count + wrongType.count + leftOver.count }
    var isEmpty: Bool { count == 0 }

    /// Notes a tensor that is not as asked for: of one of `shapes`, of a type to compute with. Says whether it is so.
    mutating func add(_ name: String, _ found: SafetensorsFile.Entry?, shapes: [[Int]]) -> Bool {
      guard let found else {
        missing.append((name, shapes[0]))
        return true
      }
      guard shapes.contains(found.shape) else {
        wrongShape.append((name, found.shape, shapes[0]))
        return true
      }
      guard [.f64, .f32, .f16, .bf16].contains(found.type) else {
        wrongType.append((name, found.type))
        return true
      }
      return false
    }

    fileprivate var sentences: [String] {
      [
        sentence("missing", missing.map { "\($0.name.forMessage) \($0.shape)" }),
        sentence(
          "of another shape than the configuration asks for",
          wrongShape.map { "\($0.name.forMessage) is \($0.found), expected \($0.expected)" }),
        sentence(
          "of another type than F32, F16, BF16 or F64",
          wrongType.map { "\($0.name.forMessage) is \($0.found.rawValue)" }),
        sentence("left over that the configuration has no use for", leftOver.map(\.forMessage)),
      ].compactMap { $0 }
    }

    /// As many as a line holds.
    private func sentence(_ what: String, _ items: [String]) -> String? {
      guard !items.isEmpty else { return nil }
      let more = items.count > 20 ? " and \(items.count - 20) more" : ""
      return "\(items.count) \(what): \(items.prefix(20).joined(separator: ", "))\(more)"
    }
  }

  package var description: String {
    switch self {
    case .faults(let faults, let label): "weights of \(label): \(faults.sentences.joined(separator: "; "))"
    case .twice(let name, let label): "weights of \(label): \(name.forMessage) is there twice, expected it once"
    }
  }
}
