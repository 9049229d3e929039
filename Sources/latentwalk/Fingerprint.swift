import Foundation
import Pixels

/// What tells one model's folder from another, wherever it lies.
enum Fingerprint {
  /// Files larger than this are sampled.
  private static let wholeUpTo = 1 << 20
  /// The samples of a large file, spread evenly over it.
  private static let (samples, sampleSize) = (256, 4096)

  /// Names, sizes and contents of all files; of large ones enough that other weights show. Links count as what they
  /// lead to.
  static func bytes(of place: URL) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try add(place.path, as: "", to: &bytes, depth: 0)
    return bytes
  }

  /// The same of one file, with the time of its last change: it may be long, and changed in few places.
  static func bytes(ofFile file: URL) throws -> [UInt8] {
    let changed = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
    return try bytes(of: file) + Array("\(changed?.timeIntervalSince1970 ?? 0)".utf8)
  }

  private static func add(_ path: String, as name: String, to bytes: inout [UInt8], depth: Int) throws {
    switch FileStatus(path) {
    case .folder where depth < 16:  // a link may lead back up
      for child in try names(inFolder: path).sorted() {
        try add(path + "/" + child, as: name.isEmpty ? child : name + "/" + child, to: &bytes, depth: depth + 1)
      }
    case .file: try add(file: path, as: name, to: &bytes)
    // Nothing that a model is read from.
    case .folder, .special, nil: bytes += Array("\(name)\n".utf8)
    }
  }

  private static func add(file path: String, as name: String, to bytes: inout [UInt8]) throws(PictureError) {
    do {
      let handle = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? handle.close() }
      let size = Int(try handle.seekToEnd())
      bytes += Array("\(name) \(size)\n".utf8)
      for (start, count) in size <= wholeUpTo ? [(0, size)] : spread(over: size) {
        try handle.seek(toOffset: UInt64(start))
        bytes += try handle.read(upToCount: count) ?? Data()
      }
    } catch {
      throw .cannotRead(path: path, reason: (error as NSError).localizedDescription)
    }
  }

  private static func spread(over size: Int) -> [(start: Int, count: Int)] {
    (0..<samples).map { ($0 * (size - sampleSize) / (samples - 1), sampleSize) }
  }
}
