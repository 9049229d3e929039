internal import CFFmpeg

/// SHA-256 as libavutil computes it.
package enum SHA256 {
  /// The digest of `bytes` in 64 hexadecimal digits.
  package static func hex(of bytes: [UInt8]) -> String {
    guard let state = av_sha_alloc() else { fatalError("out of memory for a digest") }
    defer { av_free(UnsafeMutableRawPointer(state)) }
    precondition(av_sha_init(state, 256) == 0)
    av_sha_update(state, bytes, bytes.count)
    var digest = [UInt8](repeating: 0, count: 32)
    av_sha_final(state, &digest)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
