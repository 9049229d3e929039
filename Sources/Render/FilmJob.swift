package import Foundation
package import Pixels
package import Video

/// Renders a film, and takes up where an earlier run stopped.
///
/// Beside `film.mp4` stands the folder `film.mp4.job` with every finished frame. The
/// film itself is coded as the frames come and appears when it is whole; then the
/// folder goes. The same frames give the same film, byte for byte.
package struct FilmJob: Sendable {
  package let output: URL
  package var settings: FilmSettings
  /// Throws away frames that an earlier run left.
  package var fresh: Bool
  /// Leaves the job's folder when the film is whole.
  package var keepFrames: Bool
  /// Puts together what shards or an interrupted run left; a frame that is missing is an error.
  package var joins: Bool
  package var onBadFrame: BadFramePolicy

  package init(
    output: URL, settings: FilmSettings = FilmSettings(), fresh: Bool = false, keepFrames: Bool = false,
    joins: Bool = false, onBadFrame: BadFramePolicy = .retry
  ) {
    self.output = PendingFile.resolve(output)
    self.settings = settings
    self.fresh = fresh
    self.keepFrames = keepFrames
    self.joins = joins
    self.onBadFrame = onBadFrame
  }

  /// How a job ended.
  package enum Outcome: Sendable, Equatable {
    /// The film is whole; of its frames so many were rendered or repeated now, the others were there.
    case finished(frames: Int, rendered: Int, repairs: Repairs = Repairs())
    /// Asked to stop: `done` first frames are kept, and `partial` shows them where there are any.
    case interrupted(done: Int, frames: Int, partial: URL?)
  }

  /// `film.mp4.job` beside `film.mp4`.
  package var folder: URL { output.appendingPathExtension("job") }

  /// `film.partial.mp4` beside `film.mp4`.
  package var partial: URL {
    output.deletingPathExtension().appendingPathExtension("partial").appendingPathExtension(output.pathExtension)
  }

  /// Sees each frame when it is finished, found ones too, in the film's order.
  package typealias Watcher = (_ index: Int, _ image: Image) throws(PictureError) -> Void

  /// Renders what is missing, so many frames at once; what can be wrong with the output is found before the first one.
  package func run(
    _ source: any FrameSource, atOnce: Int = 1, record: JobRecord, progress: ProgressPrinter,
    interruption: Interruption = Interruption(), watcher: Watcher? = nil
  ) throws(JobError) -> Outcome {
    precondition(source.count > 0, "a film has frames")
    try checkOutput(for: source)
    if joins, FileStatus(self.folder.path) != .folder { throw nothingToJoin(of: source) }
    let folder = try JobFolder(at: self.folder, record: record, fresh: fresh)
    do throws(JobError) {
      // The preparation may take long, and tells which frames show the same picture.
      if joins, folder.frames().isEmpty { throw nothingToJoin(of: source) }
      guard try prepare(source, in: folder, interruption) else {
        let done = folder.lead
        if folder.isEmpty { folder.remove() }
        return .interrupted(done: done, frames: source.count, partial: nil)
      }
      if joins { try checkCompleteness(of: source, in: folder) }
      let outcome = try render(source, atOnce: atOnce, in: folder, progress, interruption, watcher)
      let isDone = if case .finished = outcome { !keepFrames } else { false }
      if isDone || folder.isEmpty { folder.remove() }
      return outcome
    } catch {
      if folder.isEmpty { folder.remove() }
      throw error
    }
  }

  /// Whether the source is ready; not where it was asked to stop before.
  func prepare(
    _ source: any FrameSource, in folder: borrowing JobFolder, _ interruption: Interruption
  ) throws(JobError) -> Bool {
    let kept = folder.preparation(atMost: source.longestPreparation)
    let found: [UInt8]?
    do {
      found = try source.prepare(kept, folder.sketches, interruption)
    } catch is Interrupted {
      return false
    } catch {
      throw .preparation(cause: error)
    }
    if let found, found != kept { try folder.save(preparation: found) }
    return true
  }

  private func render(
    _ source: any FrameSource, atOnce: Int, in folder: borrowing JobFolder, _ progress: ProgressPrinter,
    _ interruption: Interruption, _ watcher: Watcher?
  ) throws(JobError) -> Outcome {
    let film = try openFilm(for: source, in: folder)
    let found = folder.frames()
    let missing = source.pictures.filter { !found.contains($0) }
    progress.begin(frames: source.count, found: found.count, toRender: missing.count)
    defer { progress.end() }
    let ahead = FramesAhead(folder.keeping(source), atOnce: atOnce, among: Set(missing))
    var frames = MendedFrames(ahead, onBadFrame, progress, after: folder.repairs)
    var (rendered, last): (Int, Image?) = (0, nil)
    for index in 0..<source.count {
      if interruption.isRequested {
        // A partial film of an earlier run may show more than has been coded now.
        let isThere = FileStatus(partial.path) != nil
        guard index > 0, rendered > 0 || !isThere else {
          return .interrupted(done: folder.lead, frames: source.count, partial: isThere ? partial : nil)
        }
        try finish(film, at: partial)
        return .interrupted(done: index, frames: source.count, partial: partial)
      }
      let image: Image
      if found.contains(index), let kept = folder.frame(at: index) {
        image = kept
        progress.advance(rendered: false)
      } else if let same = folder.frame(before: index, sameIn: source) {
        image = same
        try folder.save(image, at: index)
        rendered += 1
        progress.advance(rendered: false)
      } else if joins {
        throw .missing(folder: folder.url.path, frames: [index], count: source.count)
      } else {
        image = try render(&frames, index, of: source.count, after: last, in: folder)
        rendered += 1
        progress.advance(rendered: true)
      }
      last = image
      do throws(FilmError) { try film.write(image) } catch { throw .writing(error) }
      do throws(PictureError) { try watcher?(index, image) } catch { throw .file(error) }
    }
    try finish(film, at: nil)
    if folder.resumed || fresh { unlink(partial.path) }
    return .finished(frames: source.count, rendered: rendered, repairs: frames.repairs)
  }

  /// Renders a frame of what the folder keeps. One that was mended is kept as well, but not the picture of another that
  /// stands in for it: the next run may do better.
  func render(
    _ frames: inout MendedFrames, _ index: Int, of count: Int, after last: Image?, in folder: borrowing JobFolder
  ) throws(JobError) -> Image {
    let before = frames.repairs
    let image: Image
    do {
      image = try frames.frame(at: index, after: last)
    } catch let error as PictureError {
      throw .file(error)
    } catch {
      throw .frame(index: index, count: count, cause: error)
    }
    if frames.repairs.again != before.again {
      try folder.save(frames.repairs)
      try folder.save(image, at: index)
    }
    return image
  }

  /// Finds what is wrong with name, settings and place before the job's folder is made.
  func checkOutput(for source: any FrameSource) throws(JobError) {
    do {
      _ = try settings.container(for: output)
      _ = try settings.size(forWidth: source.width, height: source.height)
      _ = try PendingFile(at: output)
    } catch let error as FilmError {
      throw .film(error)
    } catch let error as PictureError {
      throw .file(error)
    } catch {
      preconditionFailure("only films and files are checked: \(error)")
    }
  }

  private func openFilm(for source: any FrameSource, in folder: borrowing JobFolder) throws(JobError) -> FilmWriter {
    do throws(FilmError) {
      return try FilmWriter(
        to: output, width: source.width, height: source.height, settings: settings, writtenIn: folder.url)
    } catch {
      throw .film(error)
    }
  }

  private func finish(_ film: consuming FilmWriter, at place: URL?) throws(JobError) {
    do throws(FilmError) { try film.finish(at: place) } catch { throw .writing(error) }
  }
}

extension FilmJob.Outcome: CustomStringConvertible {
  package var description: String {
    switch self {
    case .finished(let frames, let rendered, let repairs):
      (rendered == frames ? "\(frames) frames" : "\(frames) frames, \(frames - rendered) of them from an earlier run")
        + (repairs.isEmpty ? "" : "; \(repairs)")
    case .interrupted(let done, let frames, let partial):
      "interrupted after \(done) of \(frames) frames"
        + (partial.map { "; \($0.lastPathComponent) shows them" } ?? "")
        + "; run the same command again to go on"
    }
  }
}
