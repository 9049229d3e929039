/// What is wrong with a script, and where: `file:line:column: found …; expected …`.
package struct ScriptError: Error, Sendable, Equatable {
  /// The script's path, or the name of the preset or model that was asked for.
  package let file: String
  /// Line and column count from 1; nil where the fault is the file as a whole.
  package let place: Place?
  /// `found …; expected …`
  package let text: String
  /// Whether there is nothing to read, rather than something wrong in it.
  package let isMissing: Bool

  package struct Place: Sendable, Equatable {
    package let line: Int
    package let column: Int
  }

  init(file: String, place: Place?, text: String) {
    self.file = file
    self.place = place
    self.text = text
    isMissing = false
  }

  init(file: String, place: Place?, found: String, expected: String) {
    self.init(file: file, place: place, text: "found \(found); expected \(expected)")
  }

  init(missing file: String, found: String, expected: String) {
    self.file = file
    place = nil
    text = "found \(found); expected \(expected)"
    isMissing = true
  }
}

extension ScriptError: CustomStringConvertible {
  package var description: String {
    ([file] + (place.map { ["\($0.line)", "\($0.column)"] } ?? [])).joined(separator: ":") + ": " + text
  }
}
