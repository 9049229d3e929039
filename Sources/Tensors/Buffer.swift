import Foundation
import Synchronization

/// Memory of one tensor, taken from a pool and given back when nobody holds it.
///
/// `@unchecked Sendable`: an operation writes a buffer before anyone else can see it, and from then on it is only read.
final class Buffer: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  private let capacity: Int

  init(bytes: Int) {
    capacity = BufferPool.capacity(for: bytes)
    address = BufferPool.shared.take(capacity)
  }

  deinit {
    BufferPool.shared.give(address, capacity)
  }
}

/// Keeps freed buffers for the next step: a denoising asks for the same sizes again and again,
/// and fresh pages from the system cost more than many a kernel.
final class BufferPool: Sendable {
  static let shared = BufferPool()

  private struct Free: @unchecked Sendable {
    var buffers: [Int: [UnsafeMutableRawPointer]] = [:]
    var bytes = 0
    var largest = 0
  }
  private let free = Mutex(Free())

  /// Rounded up so that similar sizes share buffers; an eighth is wasted at most.
  static func capacity(for bytes: Int) -> Int {
    let least = max(bytes, 256)
    let step = max(64, 1 << (Int.bitWidth - 1 - least.leadingZeroBitCount - 3))
    return (least + step - 1) / step * step
  }

  func take(_ capacity: Int) -> UnsafeMutableRawPointer {
    let kept = free.withLock { free -> UnsafeMutableRawPointer? in
      guard let buffer = free.buffers[capacity]?.popLast() else { return nil }
      free.bytes -= capacity
      return buffer
    }
    if let kept { return kept }
    var address: UnsafeMutableRawPointer?
    let status = posix_memalign(&address, capacity >= 1 << 21 ? 1 << 21 : 64, capacity)
    guard status == 0, let address else { fatalError("no memory for a tensor of \(capacity) bytes") }
    #if os(Linux)
      if capacity >= 1 << 21 { madvise(address, capacity, MADV_HUGEPAGE) }
    #endif
    return address
  }

  /// Keeps at most 256 MiB, or four times the largest buffer if that is more.
  func give(_ address: UnsafeMutableRawPointer, _ capacity: Int) {
    let kept = free.withLock { free in
      free.largest = max(free.largest, capacity)
      guard free.bytes + capacity <= max(256 << 20, 4 * free.largest) else { return false }
      free.buffers[capacity, default: []].append(address)
      free.bytes += capacity
      return true
    }
    if !kept { Foundation.free(address) }
  }
}
