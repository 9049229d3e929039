package import CFFmpeg

/// An owned AVPacket: one piece of a coded stream.
package struct Packet: ~Copyable {
  package let pointer: UnsafeMutablePointer<AVPacket>

  package init() {
    guard let packet = av_packet_alloc() else { fatalError("out of memory for a packet") }
    pointer = packet
  }

  /// A packet with a copy of `bytes`, padded as decoders expect.
  package init(_ bytes: [UInt8]) throws(FFmpegError) {
    self.init()
    let packet = pointer
    try check("allocating a packet of \(bytes.count) bytes") { av_new_packet(packet, Int32(bytes.count)) }
    bytes.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { packet.pointee.data.update(from: base, count: bytes.count) }
    }
  }

  deinit {
    var packet: UnsafeMutablePointer<AVPacket>? = pointer
    av_packet_free(&packet)
  }

  package var bytes: [UInt8] {
    Array(UnsafeBufferPointer(start: pointer.pointee.data, count: Int(pointer.pointee.size)))
  }

  /// Lets the data go, so that the packet can be filled anew.
  package func clear() { av_packet_unref(pointer) }
}
