internal import Foundation
internal import Synchronization

/// `transform` of each item, in the items' order, at most `width` of them at the same time.
///
/// Throws the first error in the items' order, and takes up no new items once there is one.
package func concurrentMap<Item: Sendable, Result: Sendable>(
  _ items: [Item], width: Int, _ transform: @Sendable (Item) throws -> Result
) throws -> [Result] {
  let width = min(width, items.count)
  guard width > 1 else { return try items.map(transform) }
  let next = Atomic(0)
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: items.count))
  let hasFailed = Atomic(false)
  DispatchQueue.concurrentPerform(iterations: width) { _ in
    while !hasFailed.load(ordering: .acquiring) {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < items.count else { return }
      let result = Swift.Result { try transform(items[index]) }
      if case .failure = result { hasFailed.store(true, ordering: .releasing) }
      results.withLock { $0[index] = result }
    }
  }
  return try results.withLock { try $0.compactMap { try $0?.get() } }
}
