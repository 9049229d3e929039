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
  private let asked = Mutex<[Int]>([])
  private let first: @Sendable (Int) -> Int
  private let before: @Sendable (Int) throws -> Void

  /// `first` says which frame shows the same as a frame; `before` runs before each frame is made.
  init(
    count: Int, before: @escaping @Sendable (Int) throws -> Void = { _ in },
    first: @escaping @Sendable (Int) -> Int = { $0 }
  ) {
    self.count = count
    self.first = first
    self.before = before
  }

  var rendered: [Int] { asked.withLock { $0 } }

  func frame(at index: Int) throws -> Image {
    try before(index)
    asked.withLock { $0.append(index) }
    return .pattern(width: width, height: height, seed: first(index))
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
    quietly source: SyntheticSource, record: JobRecord? = nil, interruption: Interruption = Interruption()
  ) throws(JobError) -> Outcome {
    try run(
      source, record: record ?? source.record(), progress: ProgressPrinter(style: .quiet), interruption: interruption)
  }
}
