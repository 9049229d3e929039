import ArgumentParser
import Scripts
import Walk

/// How long a film is. Without a word it takes four seconds.
struct LengthOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The film's length in seconds. (default: 4)", valueName: "number"), transform: parseSeconds)
  var seconds: Rational?

  @Option(help: ArgumentHelp("The film's length in frames.", valueName: "count"))
  var frames: Int?

  @Option(
    help: ArgumentHelp(
      "Frames a second, such as 30 or 30000/1001. (default: \(Script.Default.rate))", valueName: "rate"),
    transform: parseRate)
  var fps: FrameRate?

  func validate() throws {
    if seconds != nil, frames != nil { throw ValidationError("--seconds and --frames exclude each other") }
  }

  var rate: FrameRate { fps ?? Script.Default.rate }

  /// The option that is given; nil where there is none.
  var given: String? { seconds != nil ? "--seconds" : frames != nil ? "--frames" : fps != nil ? "--fps" : nil }

  /// The film's number of frames: what `--frames` says, or seconds × frames a second, rounded.
  func count() throws -> Int {
    if let frames { return try inRange(frames, "--frames: found \(frames)") }
    let seconds = seconds ?? Rational(4)
    guard let count = seconds.timesRounded(rate.perSecond) else {
      throw Fault.usage("--seconds: found \(seconds); expected a film of at most \(Timeline.longest) frames")
    }
    return try inRange(count, "--seconds: found \(seconds), which is \(count) frames at \(rate) fps")
  }

  private func inRange(_ count: Int, _ found: String) throws -> Int {
    guard (2...Timeline.longest).contains(count) else {
      throw Fault.usage("\(found); expected a film of 2 to \(Timeline.longest) frames")
    }
    return count
  }
}

@Sendable private func parseSeconds(_ text: String) throws -> Rational {
  guard let seconds = Rational(decimal: text), seconds.numerator > 0 else {
    throw ValidationError(
      "expected seconds above 0, such as 4 or 2.5, of a film of at most \(Timeline.longest) frames")
  }
  return seconds
}
