internal import Yams

/// A mapping of a script, with keys that are known beforehand.
struct Table {
  let file: String
  let node: Node
  private let entries: [String: Entry]

  struct Entry {
    let key: Node
    let value: Node
  }

  /// Throws where `node` is no mapping, or has a key that is not among `keys`.
  init(_ node: Node, _ what: String, keys: [String], file: String) throws(ScriptError) {
    self.file = file
    self.node = node
    guard case .mapping(let mapping) = node else {
      throw ScriptError(
        file: file, place: node.place, found: node.shortly,
        expected: "\(what): lines of `key: value` with the keys \(keys.joined(separator: ", "))")
    }
    try refuseAnchor(node, file)
    var entries: [String: Entry] = [:]
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key, keys.contains(scalar.string) else {
        let hint = key.scalar.flatMap { nearest($0.string, in: keys) }.map { "; did you mean `\($0)`?" } ?? ""
        throw ScriptError(
          file: file, place: key.place,
          found: "the unknown key `\(key.scalar?.string.clipped ?? key.shortly)` in \(what)",
          expected: "one of \(keys.joined(separator: ", "))\(hint)")
      }
      try refuseAnchor(key, file)
      try refuseAnchor(value, file)
      entries[scalar.string] = Entry(key: key, value: value)
    }
    self.entries = entries
  }

  subscript(key: String) -> Entry? { entries[key] }

  /// The value of a key; nil where the table has none.
  func read<Value>(_ key: String, as kind: Kind<Value>) throws(ScriptError) -> Value? {
    guard let node = entries[key]?.value else { return nil }
    guard node.hasPlainType else {
      throw ScriptError(
        file: file, place: node.place, found: "the tag \(node.tag.description.clipped)", expected: "a plain value")
    }
    guard case .scalar(let scalar) = node, let value = kind.read(scalar, node.isText) else {
      throw ScriptError(file: file, place: node.place, found: "`\(key)`: \(node.shortly)", expected: kind.expected)
    }
    return value
  }

  /// Where a fault of a key is reported: at its value, or at the table itself where it has none.
  func place(of key: String) -> ScriptError.Place? {
    (entries[key]?.value ?? node).place
  }

  func fault(at key: String, found: String, expected: String) -> ScriptError {
    ScriptError(file: file, place: place(of: key), found: found, expected: expected)
  }
}

/// Values are written out where they stand: a reader sees what a film is made of.
func refuseAnchor(_ node: Node, _ file: String) throws(ScriptError) {
  guard let anchor = node.anchor else { return }
  throw ScriptError(
    file: file, place: node.place, found: "the anchor &\(anchor.rawValue.clipped)",
    expected: "values written out, without anchors and aliases")
}
