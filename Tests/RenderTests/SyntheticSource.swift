import Foundation
import Pixels
import Render
import Synchronization
import TestSupport

/// Frames that are different patterns; it remembers which were asked for.
final class SyntheticSource: FrameSource {
  let count: Int
  let width = 64
  let height = 48
  /// What is found out before the first frame.
  let preparation: [UInt8]?
  private let asked = Mutex<[Int]>([])
  private let first: @Sendable (Int) -> Int
  private let before: @Sendable (Int) throws -> Void
  private let again: (@Sendable (Int) throws -> Void)?

  /// `first` says which frame shows the same as a frame; `before` runs before each frame is made, `again` before one
  /// is made again, if they can be.
  init(
    count: Int, before: @escaping @Sendable (Int) throws -> Void = { _ in },
    first: @escaping @Sendable (Int) -> Int = { $0 }, again: (@Sendable (Int) throws -> Void)? = nil,
    preparation: [UInt8]? = nil
  ) {
    self.count = count
    self.first = first
    self.preparation = preparation
    self.before = before
    self.again = again
  }

  var rendered: [Int] { asked.withLock { $0 } }

  func frame(at index: Int) throws -> Image {
    try before(index)
    asked.withLock { $0.append(index) }
    return .pattern(width: width, height: height, seed: first(index))
  }

  func frameAgain(at index: Int) throws -> Image? {
    guard let again else { return nil }
    try again(index)
    return .pattern(width: width, height: height, seed: first(index))
  }

  /// What earlier runs kept, one for each run.
  var given: [[UInt8]?] { kept.withLock { $0 } }
  private let kept = Mutex<[[UInt8]?]>([])

  func prepare(_ kept: [UInt8]?, _ sketches: Sketchbook?, _ interruption: Interruption) throws -> [UInt8]? {
    self.kept.withLock { $0.append(kept) }
    if interruption.isRequested, preparation != nil { throw Interrupted() }
    return kept ?? preparation
  }

  func firstFrame(showing index: Int) -> Int { first(index) }

  /// What these frames are made of, in a job's words.
  func record(script: String = "a car, then a tiger", model: String = "emoji", version: String = "1") -> JobRecord {
    JobRecord(script: Array(script.utf8), model: Array(model.utf8), version: version, source: self)
  }
}

extension FilmJob {
  /// Runs without a word.
  func run(
    quietly source: SyntheticSource, atOnce: Int = 1, record: JobRecord? = nil,
    interruption: Interruption = Interruption()
  ) throws(JobError) -> Outcome {
    try run(
      source, atOnce: atOnce, record: record ?? source.record(), progress: ProgressPrinter(style: .quiet),
      interruption: interruption)
  }
}

/// Two frames, for which six pictures are looked at before.
final class SketchingSource: FrameSource {
  let (count, width, height) = (2, 64, 48)
  private let (last, interruption): (Int, Interruption?)
  private let sketched = Mutex<[Int]>([])

  /// Asks to stop when so many pictures are made.
  init(stopAfter last: Int = .max, _ interruption: Interruption? = nil) {
    (self.last, self.interruption) = (last, interruption)
  }

  /// The pictures that were not there.
  var made: [Int] { sketched.withLock { $0 } }

  var record: JobRecord { JobRecord(script: [1], model: [2], version: "3", source: self) }

  func prepare(_ kept: [UInt8]?, _ sketches: Sketchbook?, _ interruption: Interruption) throws -> [UInt8]? {
    if let kept { return kept }
    for number in 0..<6 where sketches?.picture(number) != .pattern(width: 64, height: 48, seed: number) {
      if interruption.isRequested { throw Interrupted() }
      try sketches?.keep(.pattern(width: 64, height: 48, seed: number), as: number)
      sketched.withLock { $0.append(number) }
      if made.count == last { self.interruption?.request() }
    }
    return [6]
  }

  func frame(at index: Int) throws -> Image { .pattern(width: 64, height: 48, seed: index) }
}
