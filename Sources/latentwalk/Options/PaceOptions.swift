import ArgumentParser
import Scripts
import Walk

/// When the keyframes of a command line come, and how long they stand.
struct PaceOptions: ParsableArguments {
  @Option(
    name: .customLong("after"),
    help: ArgumentHelp(
      "How long the way from a keyframe to the next takes, instead of the film's whole length: such as 2s, 48f for "
        + "frames or 4b for beats. Given several times, one for each way in turn.", valueName: "time"),
    transform: parseTime)
  var waits: [Time] = []

  @Option(
    name: .customLong("hold"),
    help: ArgumentHelp(
      "How long a keyframe stands, such as 0.5s. Given several times, one for each keyframe in turn. (default: 0s)",
      valueName: "time"), transform: parseTime)
  var holds: [Time] = []

  @Option(
    name: .customLong("easing"),
    help: ArgumentHelp(
      "How the way between two keyframes speeds up and slows down. Given several times, one for each way in turn. "
        + "(default: linear)", valueName: "curve"))
  var easings: [Easing] = []

  @Option(
    help: ArgumentHelp("Beats a minute, for times and formulas that count beats.", valueName: "number"),
    transform: { text in
      guard let tempo = Rational(tempo: text) else { throw ValidationError("expected \(Rational.expectedTempo)") }
      return tempo
    })
  var bpm: Rational?

  /// The option that is given; nil where there is none.
  var given: String? {
    let given = [
      (!waits.isEmpty, "--after"), (!holds.isEmpty, "--hold"), (!easings.isEmpty, "--easing"), (bpm != nil, "--bpm"),
    ]
    return given.first { $0.0 }?.1
  }

  /// Whether times are said, rather than curves alone.
  var isTimed: Bool { !waits.isEmpty || !holds.isEmpty || bpm != nil }

  /// Throws where the length of a film is said twice.
  func check(_ length: LengthOptions) throws {
    guard !waits.isEmpty else { return }
    for (isGiven, option) in [(length.seconds != nil, "--seconds"), (length.frames != nil, "--frames")] where isGiven {
      throw Fault.usage("--after and \(option) exclude each other, for either says how long the film is")
    }
  }

  /// How long each of so many keyframes stands.
  func holds(of count: Int, at rate: FrameRate) throws -> [Time] {
    try counted(holds.spread(over: count, "keyframe", "--hold"), at: rate, "--hold")
      ?? Array(repeating: .zero, count: count)
  }

  /// The times of so many ways, where they are said rather than the length of the film.
  func times(ofWays count: Int, at rate: FrameRate) throws -> [Time]? {
    try counted(waits.spread(over: count, "way", "--after"), at: rate, "--after")
  }

  /// The same times, which can be counted.
  private func counted(_ times: [Time]?, at rate: FrameRate, _ option: String) throws -> [Time]? {
    if bpm == nil, let time = times?.first(where: { $0.unit == .beats }) {
      throw Fault.usage("\(option): found \(time), which counts beats; expected --bpm as well: beats a minute")
    }
    if let time = times?.first(where: { $0.frames(at: rate, beatsPerMinute: bpm) == nil }) {
      throw Fault.usage("\(option): found \(time); expected a time that a film can take")
    }
    return times
  }
}

@Sendable func parseTime(_ text: String) throws -> Time {
  guard let time = Time(text) else { throw ValidationError("expected \(Time.expected)") }
  return time
}
