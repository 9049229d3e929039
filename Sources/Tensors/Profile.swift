internal import Synchronization

/// Where the time goes: the operations that ran while somebody collected. Costs one look at a flag otherwise.
package enum Profile {
  /// What an operation did.
  package struct Work: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
      case convolution, product, attention
      case groupNorm = "group norm"
      case layerNorm = "layer norm"
      case gate, copy
    }

    package let kind: Kind
    /// Its sizes, in words.
    package let sizes: String
    /// Floating-point operations, where they are what takes the time.
    package let flops: Int

    init(_ kind: Kind, _ sizes: String, flops: Int = 0) {
      self.kind = kind
      self.sizes = sizes
      self.flops = flops
    }
  }

  /// All calls of one piece of work.
  package struct Spent: Sendable {
    package var calls = 0
    package var time = Duration.zero
  }

  private static let isOn = Atomic(false)
  private static let spent = Mutex<[Work: Spent]>([:])

  /// What `body` spends its time on. Times of several threads are added up.
  package static func collect(_ body: () throws -> Void) rethrows -> [Work: Spent] {
    spent.withLock { $0 = [:] }
    isOn.store(true, ordering: .relaxed)
    defer { isOn.store(false, ordering: .relaxed) }
    try body()
    return spent.withLock { $0 }
  }

  @inline(__always)
  static func measure<Result>(_ work: @autoclosure () -> Work, _ body: () -> Result) -> Result {
    guard isOn.load(ordering: .relaxed) else { return body() }
    let start = ContinuousClock.now
    let result = body()
    let time = ContinuousClock.now - start
    let work = work()
    spent.withLock {
      $0[work, default: Spent()].calls += 1
      $0[work, default: Spent()].time += time
    }
    return result
  }
}
