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
  private var stream: StreamReader
  private let frame = Frame()
  private let path: String

  /// Opens the film and its decoder.
  public init(_ url: URL) throws(FilmError) {
    path = url.path
    do {
      let stream = try StreamReader(path: url.path, for: .picture)
      info = try stream.demuxer.info(codec: stream.codec.name)
      self.stream = stream
    } catch let error as FilmError {
      throw error
    } catch {
      throw .reading(path: url.path, reason: "\(error)")
    }
  }

  /// The next frame, or nil after the last.
  public mutating func next() throws(FilmError) -> Image? {
    do {
      return try stream.next(into: frame) ? try Image(converting: frame) : nil
    } catch {
      throw .reading(path: path, reason: "\(error)")
    }
  }
}
