internal import Diffusion
internal import Yams

extension ScriptSource {
  /// A prompt, or a sum of prompts.
  func prompt(_ key: String, _ table: Table) throws(ScriptError) -> String? {
    guard let text = try table.read(key, as: .text) else { return nil }
    do {
      _ = try PromptSum(text)
    } catch {
      throw ScriptError(
        file: file, place: place(of: error.character, in: key, table),
        found: "\(error.found) in the sum of prompts", expected: error.expected)
    }
    return text
  }

  /// Where a character of a key's text stands, counted from 1.
  ///
  /// Where the text is not written in the file as it is read, as with escapes and over several lines, its beginning.
  func place(of character: Int, in key: String, _ table: Table) -> ScriptError.Place? {
    guard let start = table.place(of: key), let value = table[key]?.value.scalar?.string else { return nil }
    var written = line(start.line).unicodeScalars.dropFirst(start.column - 1)
    var column = start.column
    if let quote = written.first, quote == "'" || quote == "\"", value.unicodeScalars.first != quote {
      written = written.dropFirst()
      column += 1
    }
    guard written.starts(with: value.unicodeScalars) else { return start }
    return ScriptError.Place(
      line: start.line, column: column + value.prefix(character - 1).unicodeScalars.count)
  }
}
