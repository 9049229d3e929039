internal import Synchronization

/// The values asked for last, each made once: the first who asks makes it, others wait.
final class Recent<Key: Equatable & Sendable, Value: Sendable>: Sendable {
  private let capacity: Int
  private let kept = Mutex<[Entry]>([])

  /// Keeps as many values as `capacity`; older ones go, and are made again when they are asked for.
  init(keeping capacity: Int) { self.capacity = capacity }

  func value(for key: Key, make: () throws -> Value) rethrows -> Value {
    let entry = kept.withLock { kept in
      let place = kept.firstIndex { $0.key == key }
      let entry = place.map { kept.remove(at: $0) } ?? Entry(key)
      kept = kept.suffix(capacity - 1) + [entry]
      return entry
    }
    return try entry.value.withLock { value in
      if let value { return value }
      let made = try make()
      value = made
      return made
    }
  }

  private final class Entry: Sendable {
    let key: Key
    let value = Mutex<Value?>(nil)

    init(_ key: Key) { self.key = key }
  }
}
