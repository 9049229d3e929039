internal import Foundation

/// Text as CLIP sees it: composed, in lower case, each run of white space one space.
func normalized(_ text: some StringProtocol) -> String {
  var result = String.UnicodeScalarView()
  var afterSpace = false
  for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
    let isSpace = scalar.properties.isWhitespace
    if isSpace {
      if !afterSpace { result.append(" ") }
    } else {
      // Scalar by scalar: a final sigma gets no form of its own.
      result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
    afterSpace = isSpace
  }
  return String(result)
}

/// The pieces of normalised text that are encoded each by itself.
///
/// As by the pattern `'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+`, what it leaves
/// out being dropped. Names of CLIP's own special tokens end a piece, too: they come here
/// where a model does not treat them as tokens.
func pieces(of text: String) -> [Substring.UnicodeScalarView] {
  let scalars = Substring(text).unicodeScalars
  var pieces: [Substring.UnicodeScalarView] = []
  var start = scalars.startIndex
  while start < scalars.endIndex {
    let rest = scalars[start...]
    if let literal = literals.first(where: { rest.starts(with: $0.joined.unicodeScalars) }) {
      for part in literal.parts {
        let end = scalars.index(start, offsetBy: part)
        pieces.append(scalars[start..<end])
        start = end
      }
      continue
    }
    let kind = ScalarKind(scalars[start])
    var end = scalars.index(after: start)
    if kind != .number { end = scalars[end...].firstIndex { ScalarKind($0) != kind } ?? scalars.endIndex }
    if kind != .space { pieces.append(scalars[start..<end]) }
    start = end
  }
  return pieces
}

/// Texts that are found before anything else at the start of a piece, and the lengths of the pieces they give.
private let literals: [(joined: String, parts: [Int])] = [
  ("<|startoftext|>", [2, 11, 2]), ("<|endoftext|>", [2, 9, 2]),
  ("'s", [2]), ("'t", [2]), ("'re", [3]), ("'ve", [3]), ("'m", [2]), ("'ll", [3]), ("'d", [2]),
]

private enum ScalarKind {
  case space, letter, number, other

  init(_ scalar: Unicode.Scalar) {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    default: self = scalar.properties.isWhitespace ? .space : .other
    }
  }
}
