internal import CFFmpeg
internal import Foundation

/// FFmpeg's process-wide log, kept off the terminal: its last error line explains a return code.
package enum Log {
  /// Takes the log over; every handle calls it before FFmpeg can speak.
  package static func capture() { _ = captured }

  private static let captured: Void = {
    // x265 and SVT-AV1 write to standard error by themselves; the one obeys an option, the other this.
    setenv("SVT_LOG", "0", 0)
    av_log_set_callback { context, level, format, arguments in
      guard level <= AV_LOG_ERROR, let format, let arguments = arguments as CVaListPointer? else { return }
      var line = [CChar](repeating: 0, count: 512)
      var prefix: Int32 = 0
      av_log_format_line2(context, level, format, arguments, &line, Int32(line.count), &prefix)
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
      if !trimmed.isEmpty { Thread.current.threadDictionary[key] = trimmed }
    }
  }()

  /// The last error line of this thread since `forget`.
  static func lastLine() -> String? { Thread.current.threadDictionary[key] as? String }

  static func forget() {
    capture()
    Thread.current.threadDictionary.removeObject(forKey: key)
  }

  private static let key = "FFmpeg.lastLine"
}
