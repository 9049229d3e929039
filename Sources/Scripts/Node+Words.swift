internal import Yams

extension Node {
  var place: ScriptError.Place? {
    mark.map { ScriptError.Place(line: $0.line, column: $0.column) }
  }

  /// Whether YAML takes the scalar for text: quoted, or plain and nothing else.
  var isText: Bool { Resolver.default.resolveTag(of: self) == .str }

  /// Whether the value is of a type that YAML knows without being told.
  var hasPlainType: Bool {
    let types: Set<Tag.Name> = [.str, .int, .float, .bool, .null, .timestamp, .seq, .map]
    return types.contains(Resolver.default.resolveTag(of: self))
  }

  /// What stands there, in a few words.
  var shortly: String {
    guard case .scalar(let scalar) = self else {
      if case .sequence = self { return "a list" }
      return "a mapping"
    }
    if Resolver.default.resolveTag(of: self) == .null { return "nothing" }
    return isText ? "the text \"\(scalar.string.clipped)\"" : scalar.string.clipped
  }
}

extension StringProtocol {
  /// At most 40 characters, none of which can disturb a terminal.
  var clipped: String {
    let plain = unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) }
    return plain.count <= 40 ? String(plain) : String(plain.prefix(40)) + "…"
  }
}
