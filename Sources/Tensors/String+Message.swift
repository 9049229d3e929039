extension String {
  /// The text as one line of a message may show it: quoted, control characters escaped, cut when long.
  package var forMessage: String {
    var text = ""
    for scalar in unicodeScalars.prefix(100) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return "'\(text)\(unicodeScalars.dropFirst(100).isEmpty ? "" : "…")'"
  }
}
