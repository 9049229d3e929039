internal import FFmpeg

/// What a job's frames are made of, as `job.json` keeps it: digests and the frames' number and size.
package struct JobRecord: Codable, Equatable, Sendable {
  package var script: String
  package var model: String
  package var version: String
  package var frames: Int
  package var width: Int
  package var height: Int

  /// `script` and `model` are any bytes that differ when pictures do; `version` is the tool's.
  package init(script: [UInt8], model: [UInt8], version: String, source: any FrameSource) {
    self.script = SHA256.hex(of: script)
    self.model = SHA256.hex(of: model)
    self.version = version
    frames = source.count
    width = source.width
    height = source.height
  }

  /// In words, why frames of `other` cannot be used; nil where they can.
  func difference(from other: JobRecord) -> String? {
    if version != other.version {
      return "they were rendered by version \(other.version), and this is \(version)"
    }
    if model != other.model { return "they were rendered with another model" }
    if (width, height) != (other.width, other.height) {
      return "they are \(other.width)x\(other.height) pixels, and now \(width)x\(height) are wanted"
    }
    if frames != other.frames { return "there were to be \(other.frames) frames, and now \(frames)" }
    if script != other.script { return "the script or an option has changed" }
    return nil
  }
}
