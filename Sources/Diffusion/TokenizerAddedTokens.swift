internal import Foundation

/// Tokens that are found in a prompt as they stand, before it is cut into words.
struct AddedTokens: Sendable {
  enum Part {
    case token(Int)
    /// Normalised.
    case text(String)
  }

  /// Contents and ids, the longest first. Raw ones are looked for before the text is normalised, the others behind that.
  private let raw, normal: [(content: String, id: Int)]
  let largestID: Int

  init(_ files: TokenizerFiles) throws(ModelError) {
    var raw: [(content: String, id: Int)] = []
    var normal: [(content: String, id: Int)] = []
    for token in try files.addedTokens {
      if token.isNormalized {
        normal.append((normalized(token.content), token.id))
      } else {
        raw.append((token.content, token.id))
      }
    }
    let isLonger = { (a: (content: String, id: Int), b: (content: String, id: Int)) in
      (b.content.unicodeScalars.count, a.id) < (a.content.unicodeScalars.count, b.id)
    }
    self.raw = raw.sorted(by: isLonger)
    self.normal = normal.sorted(by: isLonger)
    largestID = (raw + normal).map(\.id).max() ?? 0
  }

  func split(_ text: String) -> [Part] {
    Self.split(text, raw).flatMap { part in
      switch part {
      case .token: [part]
      case .text(let text): Self.split(normalized(text), normal)
      }
    }
  }

  private static func split(_ text: String, _ tokens: [(content: String, id: Int)]) -> [Part] {
    let scalars = text.unicodeScalars
    var parts: [Part] = []
    var (start, i) = (scalars.startIndex, scalars.startIndex)
    while i < scalars.endIndex {
      guard let token = tokens.first(where: { scalars[i...].starts(with: $0.content.unicodeScalars) }) else {
        i = scalars.index(after: i)
        continue
      }
      if start < i { parts.append(.text(String(scalars[start..<i]))) }
      parts.append(.token(token.id))
      i = scalars.index(i, offsetBy: token.content.unicodeScalars.count)
      start = i
    }
    if start < i { parts.append(.text(String(scalars[start..<i]))) }
    return parts
  }
}
