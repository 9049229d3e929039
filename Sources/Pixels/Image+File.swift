internal import CFFmpeg
public import Foundation

/// A picture format that is written, chosen by a file's name.
public enum PictureFormat: String, CaseIterable, Sendable {
  case png, ppm

  /// By extension, in any case; an error names what there is.
  public init(for url: URL) throws(PictureError) {
    guard let format = PictureFormat(rawValue: url.pathExtension.lowercased()) else {
      throw .unknownFormat(path: url.path)
    }
    self = format
  }
}

extension Image {
  /// The picture as a file's bytes.
  public func encoded(as format: PictureFormat) throws(PictureError) -> [UInt8] {
    switch format {
    case .png: try PNG.encode(self)
    case .ppm: PPM.encode(self)
    }
  }

  /// Writes a PNG or PPM by extension, whole or not at all.
  public func write(to url: URL) throws(PictureError) {
    try PendingFile.write(encoded(as: PictureFormat(for: url)), to: url)
  }

  /// Larger than any picture whose size can be used.
  private static let largestFile = 1 << 30

  /// Reads a PNG, JPEG or binary PPM, told apart by the first bytes.
  public init(contentsOf url: URL) throws(PictureError) {
    let data: Data
    if FileStatus(url.path) == .folder { throw .cannotRead(path: url.path, reason: "it is a folder") }
    if let size = FileStatus.bytes(of: url.path), size > Self.largestFile {
      throw .malformed(name: url.path, reason: "a file of \(size) bytes is no picture of a size that can be used")
    }
    do {
      data = try Data(contentsOf: url)
    } catch {
      let reason = FileStatus(url.path) == nil ? "no such file" : (error as NSError).localizedDescription
      throw .cannotRead(path: url.path, reason: reason)
    }
    try self.init(decoding: [UInt8](data), name: url.path)
  }

  /// Decodes a PNG, JPEG or binary PPM; `name` is for the error.
  public init(decoding bytes: [UInt8], name: String) throws(PictureError) {
    if bytes.starts(with: PNG.signature) {
      guard PNG.isWhole(bytes) else { throw .malformed(name: name, reason: "the PNG is cut short") }
      self = try StillDecoder.decode(bytes, as: AV_CODEC_ID_PNG, name: name)
    } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
      self = try StillDecoder.decode(bytes, as: AV_CODEC_ID_MJPEG, name: name)
    } else if bytes.starts(with: Array("P6".utf8)) {
      self = try PPM.decode(bytes, name: name)
    } else {
      throw .malformed(name: name, reason: bytes.isEmpty ? "it is empty" : "expected PNG, JPEG or binary PPM (P6)")
    }
  }
}
