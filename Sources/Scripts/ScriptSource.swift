internal import Foundation
internal import Yams

/// A script's text and the name that faults are reported under.
struct ScriptSource {
  let file: String
  /// Where names of other files begin; nil is the current folder.
  let folder: URL?
  let text: String
  /// What it should be, for faults.
  private var kind = "a walk script"

  /// Larger than any script that a person writes.
  static let longest = 1 << 20

  init(contentsOf url: URL, named name: String) throws(ScriptError) {
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      data = try handle.read(upToCount: Self.longest + 1) ?? Data()
    } catch {
      throw ScriptError(
        missing: name, found: "no file that can be read (\(reason(error)))", expected: "a walk script")
    }
    try self.init(data, named: name, in: url.deletingLastPathComponent())
  }

  init(_ data: Data, named name: String, in folder: URL? = nil) throws(ScriptError) {
    file = name
    self.folder = folder
    guard data.count <= Self.longest else {
      throw ScriptError(
        file: name, place: nil, found: "more than \(Self.longest) bytes", expected: "a walk script, which is short text"
      )
    }
    let bytes = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    guard let text = String(validating: bytes, as: UTF8.self) else {
      var (decoder, rest, valid) = (UTF8(), bytes.makeIterator(), String.UnicodeScalarView())
      while case .scalarValue(let scalar) = decoder.decode(&rest) { valid.append(scalar) }
      throw ScriptError(
        file: name, place: Self.end(of: valid), found: "bytes that are no UTF-8", expected: "a walk script in UTF-8")
    }
    self.text = text
  }

  /// A mapping's inside, as a command line says it.
  init(options: String, named name: String) throws(ScriptError) {
    try self.init(Data("{\(options)}".utf8), named: name)
    kind = "options such as in a script, without braces around them: key: value, key: value"
  }

  /// Reads the document's tree.
  ///
  /// The nodes' anchors live as long as the parser, so `body` runs while it does.
  func withTree<Result>(_ body: (Node) throws(ScriptError) -> Result) throws(ScriptError) -> Result {
    try refuseManyAliases()
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text, encoding: .utf8)
      root = try parser.singleRoot()
    } catch let error as YamlError {
      throw fault(error)
    } catch {
      throw ScriptError(file: file, place: nil, text: "\(error)")
    }
    guard let root else {
      throw ScriptError(
        file: file, place: ScriptError.Place(line: 1, column: 1), found: "an empty file",
        expected: "a walk script with keyframes")
    }
    defer { withExtendedLifetime(parser) {} }
    return try body(root)
  }

  /// Nested aliases can stand for more nodes than a machine can count, and as keys they would be counted.
  /// A handful cannot; those are refused one by one where they stand.
  private func refuseManyAliases() throws(ScriptError) {
    let aliases = text.matches(of: #/(?:^|[\s\[{,:?-])(\*[A-Za-z0-9_-]+)/#.anchorsMatchLineEndings())
    let anchors = text.matches(of: #/(?:^|[\s\[{,:?-])(&[A-Za-z0-9_-]+)/#.anchorsMatchLineEndings())
    guard aliases.count > 8, let anchor = anchors.first else { return }
    throw ScriptError(
      file: file, place: Self.end(of: text.unicodeScalars[..<anchor.output.1.startIndex]),
      found: "the anchor \(anchor.output.1.clipped) and \(aliases.count) aliases", expected: "values written out")
  }

  private func fault(_ error: YamlError) -> ScriptError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      fault(problem, at: ScriptError.Place(line: mark.line, column: mark.column))
    case .reader(let problem, let offset, _, _):
      ScriptError(
        file: file, place: Self.end(of: text.prefix(offset ?? 0).unicodeScalars), found: "no text (\(problem))",
        expected: "a walk script without control characters")
    case .duplicatedKeysInMapping(let keys, let context):
      ScriptError(
        file: file, place: ScriptError.Place(line: context.mark.line, column: context.mark.column),
        found: "the key `\(keys.first ?? "")` more than once", expected: "each key once")
    default:
      ScriptError(file: file, place: nil, found: "no YAML (\(error))", expected: "a walk script")
    }
  }

  private func fault(_ problem: String, at place: ScriptError.Place) -> ScriptError {
    let line = line(place.line)
    if line.unicodeScalars.dropFirst(place.column - 1).first == "\t"
      || line.prefix(while: \.isWhitespace).contains("\t")
    {
      return ScriptError(file: file, place: place, found: "a tab", expected: "spaces, which alone indent YAML")
    }
    if line.firstMatch(of: #/:\s*"[^"]*"\s*[-+*]/#) != nil {
      return ScriptError(
        file: file, place: place, found: "something behind a text in double quotes",
        expected: "single quotes around a sum of prompts, such as '\"king\" - \"man\" + \"woman\"'")
    }
    if problem.hasPrefix("mapping values are not allowed") {
      return ScriptError(
        file: file, place: place, found: "a second `: ` in one line", expected: "quotes around text that holds one")
    }
    if problem.contains("another document") || problem.contains("single document") {
      return ScriptError(file: file, place: place, found: "a second document", expected: "one walk script in a file")
    }
    return ScriptError(file: file, place: place, found: "no YAML (\(problem))", expected: kind)
  }

  /// A line of the text, counted from 1; empty behind the last.
  func line(_ number: Int) -> Substring {
    let lines = Self.lines(text.unicodeScalars)
    return lines.indices.contains(number - 1) ? Substring(lines[number - 1]) : ""
  }

  /// The place just behind a beginning of the text.
  private static func end(of scalars: some BidirectionalCollection<Unicode.Scalar>) -> ScriptError.Place {
    let lines = lines(scalars)
    return ScriptError.Place(line: lines.count, column: lines[lines.count - 1].count + 1)
  }

  /// Lines as YAML has them: an end is a line feed, a carriage return, both together, or one of Unicode's.
  ///
  /// Swift takes both together for one character, which is neither of the two: scalars tell them apart.
  private static func lines<Scalars: BidirectionalCollection<Unicode.Scalar>>(
    _ scalars: Scalars
  ) -> [Scalars.SubSequence] {
    var lines: [Scalars.SubSequence] = []
    var (start, place) = (scalars.startIndex, scalars.startIndex)
    while place < scalars.endIndex {
      let scalar = scalars[place]
      let next = scalars.index(after: place)
      if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
        lines.append(scalars[start..<place])
        let isPair = scalar == "\r" && next < scalars.endIndex && scalars[next] == "\n"
        start = isPair ? scalars.index(after: next) : next
        place = start
      } else {
        place = next
      }
    }
    return lines + [scalars[start...]]
  }
}

/// What the system says about a failed file access, without the path.
private func reason(_ error: any Error) -> String {
  let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? (error as NSError)
  return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : error.localizedDescription
}
