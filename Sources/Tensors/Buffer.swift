import Foundation
import Synchronization

/// Memory of one tensor, given back when nobody holds it.
///
/// `@unchecked Sendable`: an operation writes a buffer before anyone else can see it, and from then on it is only
/// read, but by who alone holds it.
final class Buffer: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  private let capacity: Int
  private let isPooled: Bool

  /// For what comes and goes: taken from the pool, to which it returns.
  init(bytes: Int) {
    (address, capacity) = BufferPool.shared.take(BufferPool.capacity(for: bytes))
    isPooled = true
  }

  /// For what stays, such as weights: no larger than needed, and the system's again when it goes.
  init(lasting bytes: Int) {
    capacity = max(bytes, 64)
    address = Pages.take(capacity)
    isPooled = false
  }

  deinit {
    if isPooled { BufferPool.shared.give(address, capacity) } else { Pages.give(address, capacity) }
  }
}

/// Keeps freed buffers for the next step: a denoising asks for the same sizes again and again,
/// and fresh pages from the system cost more than many a kernel.
final class BufferPool: Sendable {
  static let shared = BufferPool()

  /// `@unchecked Sendable`: the memory behind the addresses is nobody's.
  private struct Free: @unchecked Sendable {
    /// Those that came back first are first.
    var buffers: [(address: UnsafeMutableRawPointer, capacity: Int)] = []
    var bytes = 0
    var largest = 0

    mutating func remove(at index: Int) -> UnsafeMutableRawPointer {
      bytes -= buffers[index].capacity
      return buffers.remove(at: index).address
    }

    /// Takes out those that came back first until at most so many bytes are left.
    mutating func shrink(to most: Int) -> [(UnsafeMutableRawPointer, Int)] {
      var old: [(UnsafeMutableRawPointer, Int)] = []
      while bytes > max(most, 0) {
        let capacity = buffers[0].capacity
        old.append((remove(at: 0), capacity))
      }
      return old
    }
  }
  private let free = Mutex(Free())

  /// Rounded up, by an eighth at most, so that similar sizes share buffers.
  static func capacity(for bytes: Int) -> Int {
    let least = max(bytes, 256)
    let step = max(64, 1 << (Int.bitWidth - 1 - least.leadingZeroBitCount - 3))
    return (least + step - 1) / step * step
  }

  /// The smallest that suffices and is at most twice as large, the last of these that came back; or else a new one, for which
  /// those make room that came back first.
  func take(_ capacity: Int) -> (UnsafeMutableRawPointer, capacity: Int) {
    let kept: (UnsafeMutableRawPointer, Int)? = free.withLock { free in
      var best: Int?
      for (i, buffer) in free.buffers.enumerated() where capacity...2 * capacity ~= buffer.capacity {
        if best.map({ buffer.capacity <= free.buffers[$0].capacity }) ?? true { best = i }
      }
      guard let best else { return nil }
      let capacity = free.buffers[best].capacity
      return (free.remove(at: best), capacity)
    }
    if let kept { return kept }
    for (address, capacity) in free.withLock({ $0.shrink(to: Self.most - capacity) }) { Pages.give(address, capacity) }
    return (Pages.take(capacity), capacity)
  }

  /// What is kept at most, or the largest buffer if that is more: what came back last is needed first.
  private static let most = 192 << 20

  func give(_ address: UnsafeMutableRawPointer, _ capacity: Int) {
    let old = free.withLock { free in
      free.buffers.append((address, capacity))
      free.bytes += capacity
      free.largest = max(free.largest, capacity)
      return free.shrink(to: max(Self.most, free.largest))
    }
    for (address, capacity) in old { Pages.give(address, capacity) }
  }
}

/// Memory from the system, aligned for every vector. Large pieces are mapped, so that they leave no holes behind.
private enum Pages {
  private static let huge = 1 << 21

  static func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    guard bytes >= huge else {
      var address: UnsafeMutableRawPointer?
      let status = posix_memalign(&address, 64, bytes)
      guard status == 0, let address else { fatalError("no memory for a tensor of \(bytes) bytes") }
      return address
    }
    // Aligned to a huge page, so that the system can use these: what lies before and behind goes back.
    let length = whole(bytes)
    guard let start = mmap(nil, length + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      start != MAP_FAILED
    else { fatalError("no memory for a tensor of \(bytes) bytes") }
    let before = (huge - Int(bitPattern: start) % huge) % huge
    if before > 0 { munmap(start, before) }
    munmap(start + before + length, huge - before)
    #if os(Linux)
      madvise(start + before, length, MADV_HUGEPAGE)
    #endif
    return start + before
  }

  static func give(_ address: UnsafeMutableRawPointer, _ bytes: Int) {
    if bytes >= huge { munmap(address, whole(bytes)) } else { free(address) }
  }

  /// Whole pages of 4 KiB.
  private static func whole(_ bytes: Int) -> Int { (bytes + 4095) & ~4095 }
}
