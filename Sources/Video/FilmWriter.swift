internal import FFmpeg
public import Foundation
public import Pixels
internal import Synchronization

/// A film in the making: frames go in, and the file appears when it is whole.
///
/// Coding runs on its own queue while the next frame is rendered; a few frames may
/// wait, then `write` does, so memory stays flat. A writer that is dropped or
/// abandoned leaves nothing behind.
public struct FilmWriter: ~Copyable {
  private let file: PendingFile
  private let path: String
  private let worker: FilmWorker

  /// Opens encoder and file, so that all that can be wrong is wrong before the first frame.
  ///
  /// `width` and `height` are those of the frames. `folder` holds the unfinished file, by default that of `url`.
  public init(
    to url: URL, width: Int, height: Int, settings: FilmSettings = FilmSettings(), writtenIn folder: URL? = nil
  ) throws(FilmError) {
    let container = try settings.container(for: url)
    let file = try Self.place(url, folder)
    let temporary = file.temporary
    let worker = try Self.encoding(url.path) {
      try FilmWorker(
        FilmEncoder(path: temporary, container: container, settings: settings, size: (width, height)))
    }
    self.file = file
    self.path = url.path
    self.worker = worker
  }

  /// Adds a frame; an error may stem from a frame before.
  public func write(_ image: Image) throws(FilmError) {
    try Self.encoding(path) { try worker.encode(image) }
  }

  /// Codes what waits, completes the file and puts it in its place, or in `other` on the same file system.
  public consuming func finish(at other: URL? = nil) throws(FilmError) {
    try Self.encoding(path) { try worker.finish() }
    do throws(PictureError) {
      try file.commit(to: other)
    } catch {
      throw .file(error)
    }
  }

  /// Gives the film up; nothing of it stays.
  public consuming func abandon() {}

  private static func place(_ url: URL, _ folder: URL?) throws(FilmError) -> PendingFile {
    do throws(PictureError) {
      return try PendingFile(at: url, writtenIn: folder)
    } catch {
      throw .file(error)
    }
  }

  private static func encoding<Result>(_ path: String, _ body: () throws -> Result) throws(FilmError) -> Result {
    do {
      return try body()
    } catch let error as FilmError {
      throw error
    } catch {
      throw .encoding(path: path, reason: "\(error)")
    }
  }
}

/// Runs an encoder on a queue of its own.
///
/// Unchecked: `encoder` and `failure` are touched on `queue` only.
private final class FilmWorker: @unchecked Sendable {
  private let queue = DispatchQueue(label: "film")
  /// Frames that may wait to be coded.
  private let room = DispatchSemaphore(value: 4)
  private var encoder: FilmEncoder?
  private var failure: (any Error)?
  /// Set with `failure`, to be seen without a stop at the queue.
  private let failed = Atomic(false)

  init(_ encoder: consuming FilmEncoder) { self.encoder = consume encoder }

  func encode(_ image: Image) throws {
    room.wait()
    queue.async { [self] in
      defer { room.signal() }
      guard failure == nil else { return }
      do {
        try encoder?.encode(image)
      } catch {
        failure = error
        failed.store(true, ordering: .releasing)
      }
    }
    if failed.load(ordering: .acquiring) { try queue.sync { try throwFailure() } }
  }

  func finish() throws {
    try queue.sync {
      try throwFailure()
      try encoder.take()?.finish()
    }
  }

  private func throwFailure() throws {
    if let failure { throw failure }
  }
}
