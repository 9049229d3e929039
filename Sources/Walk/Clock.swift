extension Rational {
  /// Beats a minute as a decimal number, from above 0 to 1000; nil for anything else.
  package init?(tempo text: String) {
    guard let tempo = Rational(decimal: text), (0.000_001...1000).contains(tempo.double) else { return nil }
    self = tempo
  }

  package static let expectedTempo = "beats a minute, from above 0 to 1000"
}

/// Turns times into frames.
struct Clock {
  let rate: FrameRate
  let beatsPerMinute: Rational?

  func seconds(_ time: Time) -> Rational? {
    switch time.unit {
    case .seconds: time.amount
    case .frames: time.amount.times(rate.perSecond.inverse)
    case .beats: beatsPerMinute.flatMap { Rational(60).times($0.inverse)?.times(time.amount) }
    }
  }

  func frame(at seconds: Rational) -> Int? {
    seconds.timesRounded(rate.perSecond)
  }

  /// The moment `time` after `origin`; an error where there is no such frame, at that part of a keyframe.
  func moment(
    _ time: Time, after origin: Rational, _ keyframe: Int, _ part: TimelineError.Part
  ) throws(TimelineError) -> Rational {
    guard time.unit != .beats || beatsPerMinute != nil else { throw .beatsWithoutTempo(keyframe, part, time) }
    guard let sum = seconds(time)?.plus(origin), let frame = frame(at: sum), frame < Timeline.longest
    else { throw .tooLong(keyframe, part, time) }
    return sum
  }
}
