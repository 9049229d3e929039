internal import FFmpeg
package import Foundation
internal import Pixels
package import Video

/// What a film is made of, as the film itself says.
///
/// Its file holds, as a comment, a digest of all that its pictures and its coding depend on: one who has the same script,
/// options, model and version need not make it again.
package struct FilmOrigin {
  /// `latentwalk 1.0, origin 5d41…`.
  package let comment: String
  private let frames: Int

  /// `besides` are bytes of what the film depends on that is neither in the record nor in the settings.
  package init(_ record: JobRecord, _ settings: FilmSettings, besides: [UInt8]) {
    let parts = [
      record.script, record.model, record.version, "\(record.frames) \(record.width)x\(record.height)",
      "\(settings.codec) \(settings.crf.map(String.init) ?? "")", "\(settings.rate) \(settings.scale)",
      settings.sound.map { "\($0.start)" } ?? "",
    ]
    frames = record.frames
    let digest = SHA256.hex(of: Array(parts.joined(separator: "\n").utf8) + [0] + besides)
    comment = "latentwalk \(record.version), origin \(digest)"
  }

  /// Whether a whole film of this origin is there.
  package func isThat(of film: URL) -> Bool {
    guard FileStatus(film.path) == .file, let reader = try? FilmReader(film) else { return false }
    let info = reader.info
    let count = info.frameCount ?? info.duration.map { Int(($0 * info.rate.framesPerSecond).rounded()) }
    return info.metadata["comment"] == comment && count == frames
  }
}
