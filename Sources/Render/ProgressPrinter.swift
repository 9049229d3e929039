internal import Foundation

/// Tells how far a job is: frames done, seconds per frame, time left.
package final class ProgressPrinter {
  package enum Style: String, CaseIterable, Sendable {
    /// One line that is drawn anew, for a terminal.
    case bar
    /// A line now and then.
    case lines
    /// A JSON object for each frame, one a line.
    case json
    case quiet

    /// A bar where standard error is a terminal, lines elsewhere.
    package static var automatic: Style { isatty(STDERR_FILENO) == 1 ? .bar : .lines }
  }

  private let style: Style
  private let subject: String?
  private let clock: () -> Double
  private let sink: (String) -> Void
  private var meter: ProgressMeter?
  private var lastPrint = -Double.infinity

  /// `subject` is what the pictures are for, such as a film's path, and stands in JSON. `clock` counts seconds from any
  /// start; `sink` takes text with its line ends.
  package init(
    style: Style = .automatic, of subject: String? = nil, clock: @escaping () -> Double = ProgressPrinter.uptime,
    sink: @escaping (String) -> Void = ProgressPrinter.standardError
  ) {
    self.style = style
    self.subject = subject
    self.clock = clock
    self.sink = sink
  }

  package static let uptime: @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
  package static let standardError: @Sendable (String) -> Void = {
    try? FileHandle.standardError.write(contentsOf: Data($0.utf8))
  }

  /// A job of so many frames begins; so many are there already, and so many have to be rendered: the others if it is
  /// nil, and fewer where frames repeat.
  package func begin(frames: Int, found: Int, toRender: Int? = nil) {
    meter = ProgressMeter(frames: frames, toRender: toRender ?? frames - found, at: clock())
    lastPrint = clock()
    switch style {
    case .json:
      let name = subject.map { ",\"of\":\(Self.quoted($0))" } ?? ""
      sink("{\"event\":\"begin\"\(name),\"frames\":\(frames),\"found\":\(found)}\n")
    case .bar, .lines: if found > 0 { sink("going on: \(found) of \(frames) frames are there\n") }
    case .quiet: break
    }
  }

  /// A frame is done, rendered now or found.
  package func advance(rendered: Bool) {
    let now = clock()
    guard var meter else { preconditionFailure("a job begins before its frames") }
    meter.advance(rendered: rendered, at: now)
    self.meter = meter
    guard now - lastPrint >= interval else { return }
    lastPrint = now
    switch style {
    case .bar: sink("\r\(Self.bar(meter))  \(Self.line(meter))\u{1b}[K")
    case .lines: sink(Self.line(meter) + "\n")
    case .json: sink(Self.json("frame", meter))
    case .quiet: break
    }
  }

  /// Something went wrong and was seen to: said in every style.
  package func note(_ text: String) {
    switch style {
    case .bar: sink("\r\u{1b}[K\(text)\n")
    case .lines, .quiet: sink(text + "\n")
    case .json: sink("{\"event\":\"note\",\"text\":\(Self.quoted(text))}\n")
    }
  }

  private static func quoted(_ text: String) -> String {
    (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }

  /// The job ends, whole or not.
  package func end() {
    guard let meter else { return }
    self.meter = nil
    switch style {
    case .bar: sink("\r\u{1b}[K\(Self.summary(meter))\n")
    case .lines: sink(Self.summary(meter) + "\n")
    case .json: sink(Self.json("end", meter))
    case .quiet: break
    }
  }

  /// Seconds between two prints.
  private var interval: Double {
    switch style {
    case .bar: 0.1
    case .lines: 10
    case .json, .quiet: 0
    }
  }

  private static func bar(_ meter: ProgressMeter) -> String {
    let width = 24
    let full = width * meter.done / meter.frames
    return "[" + String(repeating: "#", count: full) + String(repeating: "-", count: width - full) + "]"
  }

  private static func line(_ meter: ProgressMeter) -> String {
    var parts = ["\(meter.done)/\(meter.frames) frames"]
    if let pace = meter.secondsPerFrame { parts.append(Self.pace(pace)) }
    if let left = meter.secondsLeft { parts.append("\(time(left)) left") }
    return parts.joined(separator: ", ")
  }

  private static func summary(_ meter: ProgressMeter) -> String {
    var parts = ["\(meter.done)/\(meter.frames) frames"]
    if let pace = meter.secondsPerFrame {
      parts.append("\(meter.rendered) rendered in \(time(meter.seconds))")
      parts.append(Self.pace(pace))
    }
    return parts.joined(separator: ", ")
  }

  private static func json(_ event: String, _ meter: ProgressMeter) -> String {
    func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "null" }
    return "{\"event\":\"\(event)\",\"done\":\(meter.done),\"frames\":\(meter.frames),\"rendered\":\(meter.rendered),"
      + "\"secondsPerFrame\":\(number(meter.secondsPerFrame)),\"secondsLeft\":\(number(meter.secondsLeft))}\n"
  }

  private static func pace(_ seconds: Double) -> String {
    String(format: seconds < 0.1 ? "%.3f s/frame" : "%.2f s/frame", seconds)
  }

  /// As 0:07, 12:30 or 1:02:05.
  static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0 ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
  }
}
