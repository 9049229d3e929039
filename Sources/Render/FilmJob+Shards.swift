internal import Foundation
internal import Pixels
internal import Video

extension FilmJob {
  /// How a share of a job ended.
  package enum ShardOutcome: Sendable, Equatable {
    /// Of the share's pictures so many were rendered now; so many of the whole film are still missing.
    case finished(pictures: Int, rendered: Int, missing: Int, repairs: Repairs = Repairs())
    /// Asked to stop with so many of the share's pictures kept.
    case interrupted(done: Int, pictures: Int)
  }

  /// Renders a share of the frames into the job's folder, beside other processes that render other shares.
  ///
  /// The frames stay there for a job that `joins` them, or renders what is missing. A frame that stays broken under the
  /// policy `hold` is left out: which picture stands in for it, only the film's own order tells.
  package func render(
    _ shard: Shard, of source: any FrameSource, atOnce: Int, record: JobRecord, progress: ProgressPrinter,
    interruption: Interruption = Interruption()
  ) throws(JobError) -> ShardOutcome {
    try checkOutput(for: source)
    func waiting() { progress.note("another shard prepares the film; waiting for it") }
    guard
      let folder = try JobFolder(at: self.folder, record: record, for: shard, interruption, waiting: waiting),
      try prepare(source, among: folder, interruption, waiting: waiting)
    else { return .interrupted(done: 0, pictures: shard.frames(of: source.pictures).count) }
    let pictures = source.pictures
    let share = shard.frames(of: pictures)
    let missing = share.filter { folder.frame(at: $0) == nil }
    progress.begin(frames: share.count, found: share.count - missing.count)
    defer { progress.end() }
    for _ in missing.count..<share.count { progress.advance(rendered: false) }
    let ahead = FramesAhead(folder.keeping(source), atOnce: atOnce, among: Set(missing))
    var frames = MendedFrames(ahead, onBadFrame, progress, after: folder.repairs.of(share))
    var rendered = 0
    for index in missing {
      guard !interruption.isRequested else {
        return .interrupted(done: share.count - missing.count + rendered, pictures: share.count)
      }
      do throws(JobError) {
        _ = try render(&frames, index, of: source.count, after: nil, in: folder)
        rendered += 1
      } catch .frame(_, _, let fault as BrokenFrame) where onBadFrame == .hold {
        progress.note("frame \(index): \(fault); left out, for the frame before it is to be shown there")
      }
      progress.advance(rendered: true)
    }
    let found = folder.frames()
    return .finished(
      pictures: share.count, rendered: rendered, missing: pictures.count { !found.contains($0) },
      repairs: frames.repairs)
  }

  /// Prepares the source, one shard at a time: what one finds out serves all. False where it was asked to stop before.
  private func prepare(
    _ source: any FrameSource, among folder: borrowing JobFolder, _ interruption: Interruption, waiting: () -> Void
  ) throws(JobError) -> Bool {
    guard let turn = try JobFolder.turn(in: folder.url, interruption, waiting: waiting) else { return false }
    let isReady = try prepare(source, in: folder, interruption)
    _ = consume turn
    return isReady
  }

  func nothingToJoin(of source: any FrameSource) -> JobError {
    .missing(folder: folder.path, frames: Array(0..<source.count), count: source.count)
  }

  /// Throws where a picture of the film is not in the folder.
  func checkCompleteness(of source: any FrameSource, in folder: borrowing JobFolder) throws(JobError) {
    let found = folder.frames()
    let missing = source.pictures.filter { !found.contains($0) }
    guard missing.isEmpty else {
      throw .missing(folder: folder.url.path, frames: missing, count: source.count)
    }
  }
}

extension FilmJob.ShardOutcome: CustomStringConvertible {
  package var description: String {
    switch self {
    case .finished(let pictures, let rendered, let missing, let repairs):
      (rendered == pictures ? "\(pictures) pictures" : "\(pictures) pictures, \(rendered) of them rendered now")
        + (repairs.isEmpty ? "" : "; \(repairs)")
        + (missing == 0 ? "; the film's pictures are all there" : "; \(missing) of the film's are still missing")
    case .interrupted(let done, let pictures):
      "interrupted after \(done) of \(pictures) pictures; run the same command again to go on"
    }
  }
}
