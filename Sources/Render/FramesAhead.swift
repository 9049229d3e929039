internal import Dispatch
package import Pixels
internal import Synchronization

/// Renders the next new pictures of a source, which is prepared, while one is waited for.
///
/// Frames are pure functions of their index, so the order in which they are made does not show. At most `atOnce` are
/// under way or waiting, however long the film is.
package final class FramesAhead: FrameSource {
  private let source: any FrameSource
  private let atOnce: Int
  private let chosen: Set<Int>?
  private let started = Mutex<[Int: Promise]>([:])

  package convenience init(_ source: any FrameSource, atOnce: Int) { self.init(source, atOnce: atOnce, among: nil) }

  /// Renders none but the chosen frames ahead of those that are asked for.
  init(_ source: any FrameSource, atOnce: Int, among chosen: Set<Int>?) {
    precondition(atOnce >= 1)
    self.source = source
    self.atOnce = atOnce
    self.chosen = chosen
  }

  package var count: Int { source.count }
  package var width: Int { source.width }
  package var height: Int { source.height }

  package func firstFrame(showing index: Int) -> Int { source.firstFrame(showing: index) }

  package func frame(at index: Int) throws -> Image {
    let next = (index + 1..<count).lazy.filter(isWanted).prefix(atOnce - 1)
    let wanted = [index] + next
    let promise = started.withLock { started in
      started = started.filter { wanted.contains($0.key) }
      for i in wanted where started[i] == nil { started[i] = begin(i) }
      return started[index]!
    }
    return try promise.wait()
  }

  private func isWanted(_ index: Int) -> Bool {
    if let chosen { return chosen.contains(index) }
    return firstFrame(showing: index) == index
  }

  package func frameAgain(at index: Int) throws -> Image? { try source.frameAgain(at: index) }

  private func begin(_ index: Int) -> Promise {
    let promise = Promise()
    DispatchQueue.global().async { [source] in
      promise.keep(Result { try source.frame(at: index) })
    }
    return promise
  }

  /// A frame that is being made.
  private final class Promise: Sendable {
    private let result = Mutex<Result<Image, any Error>?>(nil)
    private let isKept = DispatchSemaphore(value: 0)

    func keep(_ result: Result<Image, any Error>) {
      self.result.withLock { $0 = result }
      isKept.signal()
    }

    func wait() throws -> Image {
      isKept.wait()
      // The next to wait finds it kept as well.
      isKept.signal()
      return try result.withLock { $0! }.get()
    }
  }
}
