internal import CFFmpeg
internal import FFmpeg
public import Foundation
public import Pixels

/// What a film's file says of itself.
public struct FilmInfo: Sendable, Equatable {
  public var width: Int
  public var height: Int
  public var rate: FilmRate
  /// In seconds; nil where the file does not say.
  public var duration: Double?
  /// How many frames the file says it has; nil where the container does not count.
  public var frameCount: Int?
  /// libavcodec's names, as "h264", "yuv420p", "bt709", "tv".
  public var codec: String
  public var pixelFormat: String
  public var primaries: String
  public var transfer: String
  public var matrix: String
  public var range: String
  public var metadata: [String: String]
}

/// Opens a film and hands out its frames, first to last.
public struct FilmReader: ~Copyable {
  public let info: FilmInfo
  private let demuxer: Demuxer
  private let codec: Codec
  private let packet = Packet()
  private let frame = Frame()
  private let path: String
  private var drained = false

  /// Opens the film and its decoder.
  public init(_ url: URL) throws(FilmError) {
    path = url.path
    do {
      let demuxer = try Demuxer(path: url.path)
      guard let codec = try demuxer.decoder() else {
        throw FilmError.reading(path: url.path, reason: "the installed libavcodec has no decoder for it")
      }
      info = try demuxer.info(codec: codec.name)
      self.demuxer = demuxer
      self.codec = codec
    } catch let error as FilmError {
      throw error
    } catch {
      throw .reading(path: url.path, reason: "\(error)")
    }
  }

  /// The next frame, or nil after the last.
  public mutating func next() throws(FilmError) -> Image? {
    do {
      while true {
        if try codec.receiveFrame(into: frame) { return try Image(converting: frame) }
        if drained { return nil }
        if try demuxer.read(into: packet) {
          try codec.send(packet.pointer)
          packet.clear()
        } else {
          try codec.send(nil)
          drained = true
        }
      }
    } catch {
      throw .reading(path: path, reason: "\(error)")
    }
  }
}
