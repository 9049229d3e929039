internal import Synchronization

/// Where weights stand in plain order while they are packed: one place for all of them, since fresh pages
/// cost more than the packing.
package enum PackingRoom {
  private static let room = Mutex<(buffer: Buffer, bytes: Int)?>(nil)

  /// Gives the memory back to the system: after a piece of work all weights that it needed are packed.
  package static func release() { room.withLock { $0 = nil } }

  /// Calls `body` with room for `count` numbers. One caller at a time.
  static func with<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    room.withLock { room in
      let bytes = 4 * count
      if bytes > room?.bytes ?? 0 {
        // Twice as large at least: the system gives a page when it is first written, and takes long for it.
        let larger = max(bytes, 2 * (room?.bytes ?? 0))
        room = nil
        room = (Buffer(lasting: larger), larger)
      }
      return body(room!.buffer.address.assumingMemoryBound(to: Float.self))
    }
  }
}
