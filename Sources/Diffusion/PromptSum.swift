internal import Tensors

/// A prompt as a sum of prompts with factors, such as `"king" - "man" + "woman"` or `0.5 * "a red car" + 0.5 * "a bus"`.
///
/// A text is a sum if it begins with a prompt in double quotes that is followed by `+`, `-`, `*` or nothing, or with a
/// number, `*` and a quote. Every other text is one prompt as it stands, whatever quotes and signs it holds. Inside
/// quotes, `\"` is a quote and `\\` a backslash.
///
/// The embeddings are added as they are: factors that add up to 1 keep the strength of an ordinary prompt's embedding,
/// others make it stronger or weaker.
package struct PromptSum: Sendable, Hashable {
  package struct Term: Sendable, Hashable {
    package let factor: Double
    package let prompt: String
  }

  /// One at least.
  package let terms: [Term]

  /// Throws where a text that is a sum breaks off or goes on as no sum can.
  package init(_ text: String) throws(PromptError) {
    var reader = SumReader(text)
    guard reader.beginsSum() else {
      terms = [Term(factor: 1, prompt: text)]
      return
    }
    do throws(SumFault) {
      var terms = [try reader.term(isFirst: true)]
      while !reader.isAtEnd { terms.append(try reader.term(isFirst: false)) }
      self.terms = terms
    } catch {
      throw PromptError(prompt: text, character: error.character, found: error.found, expected: error.expected)
    }
  }
}

/// Reads a sum character by character.
private struct SumReader {
  private let characters: [Character]
  private var place = 0

  init(_ text: String) { characters = Array(text) }

  /// Whether the text is a sum; the place does not change.
  func beginsSum() -> Bool {
    var ahead = self
    _ = ahead.sign()
    if ahead.number() != nil { return ahead.take("*") && ahead.next == "\"" }
    guard (try? ahead.quoted()) != nil else { return false }
    return ahead.next.map { "+-−*".contains($0) } ?? true
  }

  var isAtEnd: Bool { mutating get { next == nil } }

  /// `sign number * "prompt" * number`, of which only the prompt must be there; the sign as well but in the first term.
  mutating func term(isFirst: Bool) throws(SumFault) -> PromptSum.Term {
    let sign = sign()
    guard sign != nil || isFirst else { throw fault("+ or - and another prompt in quotes, or the end") }
    var factor = sign ?? 1
    if let number = number() {
      factor *= number
      guard take("*") else { throw fault("* between a factor and its prompt") }
    }
    let prompt = try quoted()
    while take("*") {
      guard let number = number() else { throw fault("a factor, such as 0.5") }
      factor *= number
    }
    return PromptSum.Term(factor: factor, prompt: prompt)
  }

  /// 1 or -1; nil where no sign stands.
  private mutating func sign() -> Double? {
    if take("+") { return 1 }
    return take("-") || take("−") ? -1 : nil
  }

  /// A decimal number without sign; nil where none stands.
  private mutating func number() -> Double? {
    skipSpace()
    let digits = characters[place...].prefix { "0123456789.".contains($0) }
    guard let number = Double(String(digits)), number.isFinite, digits.first != ".", digits.last != "." else {
      return nil
    }
    place += digits.count
    return number
  }

  private mutating func quoted() throws(SumFault) -> String {
    guard next == "\"" else { throw fault("a prompt in double quotes") }
    let opening = place
    place += 1
    var text = ""
    while place < characters.count, characters[place] != "\"" {
      if characters[place] == "\\", place + 1 < characters.count, "\"\\".contains(characters[place + 1]) { place += 1 }
      text.append(characters[place])
      place += 1
    }
    guard place < characters.count else {
      throw SumFault(character: opening + 1, found: "a quote that is not closed", expected: "\" behind the prompt")
    }
    place += 1
    return text
  }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character else { return false }
    place += 1
    return true
  }

  /// The next character that is no space.
  private var next: Character? {
    mutating get {
      skipSpace()
      return place < characters.count ? characters[place] : nil
    }
  }

  private mutating func skipSpace() {
    while place < characters.count, characters[place].isWhitespace { place += 1 }
  }

  private mutating func fault(_ expected: String) -> SumFault {
    let found = next.map { String($0).forMessage } ?? "the end"
    return SumFault(character: place + 1, found: found, expected: expected)
  }
}

private struct SumFault: Error {
  let character: Int
  let found: String
  let expected: String
}
