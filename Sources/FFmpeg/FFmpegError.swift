internal import CFFmpeg

/// What FFmpeg answered when it could not do what it was asked.
package struct FFmpegError: Error, CustomStringConvertible {
  /// What was tried, as "opening encoder libx264".
  package let attempt: String
  /// FFmpeg's return code.
  package let code: Int32
  /// What it logged about it, where it said more than the code does.
  package let detail: String?

  package init(attempt: String, code: Int32, detail: String? = nil) {
    self.attempt = attempt
    self.code = code
    self.detail = detail
  }

  /// The text of the return code.
  package var reason: String {
    var text = [CChar](repeating: 0, count: 128)
    av_strerror(code, &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The system's error number behind the return code, as ENOSPC.
  package var errno: Int32 { cffmpeg_system_error(code) }

  package var description: String {
    "\(attempt): \(reason)" + (detail.map { " (\($0))" } ?? "")
  }
}

/// Lets a return code through that is no error; the one place where codes become errors.
@discardableResult
package func check(_ attempt: @autoclosure () -> String, _ call: () -> Int32) throws(FFmpegError) -> Int32 {
  Log.forget()
  let code = call()
  guard code < 0 else { return code }
  throw FFmpegError(attempt: attempt(), code: code, detail: Log.lastLine())
}
