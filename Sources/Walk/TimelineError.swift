/// Why keyframes make no film. Keyframes count from 0 here and from 1 in the text.
public enum TimelineError: Error, Sendable, Equatable {
  /// The part of a keyframe that is at fault.
  public enum Part: Sendable { case start, hold, guidance, strength, closing }

  case tooFewKeyframes(Int)
  case firstNotAtZero(frame: Int)
  /// A keyframe that does not come after the one before it, or its hold.
  case notAfter(Int, frame: Int, keyframe: Int, holdEnd: Int)
  case beatsWithoutTempo(Int, Part, Time)
  case tooLong(Int, Part, Time)
  /// A number beyond what it may be, on that frame where it is a formula.
  case quantity(Int, Part, Quantity, Double, frame: Int?)
  case formulaWithoutTempo(Int, Part, Quantity)
  /// A way back of a closed loop that takes no frame.
  case closingTooShort(Time)

  /// The keyframe at fault and the part of it, where there is one.
  public var place: (keyframe: Int, part: Part)? {
    switch self {
    case .tooFewKeyframes: nil
    case .firstNotAtZero: (0, .start)
    case .notAfter(let index, _, _, _): (index, .start)
    case .beatsWithoutTempo(let index, let part, _), .tooLong(let index, let part, _): (index, part)
    case .quantity(let index, let part, _, _, _), .formulaWithoutTempo(let index, let part, _): (index, part)
    case .closingTooShort: (0, .closing)
    }
  }
}

extension TimelineError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewKeyframes(let count):
      "found \(count) keyframe\(count == 1 ? "" : "s"); expected at least two, for a film leads from one to another"
    case .firstNotAtZero(let frame):
      "found keyframe 1 on frame \(frame); expected it on frame 0, the film's first"
    case .notAfter(let index, let frame, let before, let holdEnd) where holdEnd > before:
      "found keyframe \(index + 1) on frame \(frame), while keyframe \(index) holds from frame \(before) to \(holdEnd); "
        + "expected a later start or a shorter hold"
    case .notAfter(let index, let frame, let before, _):
      "found keyframe \(index + 1) on frame \(frame) and keyframe \(index) on frame \(before); "
        + "expected each keyframe at least one frame after the one before it"
    case .beatsWithoutTempo(_, _, let time):
      "found \(time); expected seconds or frames, or the tempo as bpm: beats a minute"
    case .tooLong(_, _, let time):
      "found \(time); expected a film of at most \(Timeline.longest) frames"
    case .quantity(_, let part, let quantity, let value, let frame):
      "found \(part) \(value)\(frame.map { " on frame \($0), by \(quantity)" } ?? ""); expected a number from "
        + (part == .guidance ? "0 to 100" : "0 to 1")
    case .formulaWithoutTempo(_, _, let quantity):
      "found \(quantity), which counts beats; expected the tempo as bpm: beats a minute"
    case .closingTooShort(let time):
      "found \(time) for the way from the last keyframe back to the first; expected one frame at least"
    }
  }
}
