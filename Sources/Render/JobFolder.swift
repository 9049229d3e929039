internal import FFmpeg
internal import Foundation
internal import Pixels

/// The folder of a job: `job.json` and every finished frame as a PNG, locked while a process works in it.
struct JobFolder: ~Copyable {
  let url: URL
  /// Whether frames of an earlier run may be in it.
  let resumed: Bool
  private let record: JobRecord
  private let lock: FileLock

  /// Opens or makes the folder; frames of another record are an error unless `fresh` throws them away.
  init(at url: URL, record: JobRecord, fresh: Bool) throws(JobError) {
    let lock = try FileLock(in: url)
    if fresh { Self.clear(url) }
    let earlier = try Self.record(in: url)
    if let earlier, let reason = record.difference(from: earlier) {
      throw .otherJob(folder: url.path, reason: reason)
    }
    if earlier == nil { try Self.write(encoding: record, to: Self.recordName, in: url) }
    self.url = url
    self.record = record
    self.lock = lock
    resumed = earlier != nil
  }

  /// The indices of frames that are there, whole or not.
  func frames() -> Set<Int> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return Set(names.compactMap(Self.index).filter { (0..<record.frames).contains($0) })
  }

  /// A finished frame; nil where it is missing, broken or of another size, and has to be rendered.
  func frame(at index: Int) -> Image? {
    // A picture that is stored as it is takes three bytes a pixel and one a row.
    let (path, most) = (file(of: index).path, 4 * record.width * record.height + (1 << 16))
    guard let bytes = contents(ofFile: path, atMost: most), let image = try? Image(decoding: bytes, name: path),
      (image.width, image.height) == (record.width, record.height)
    else { return nil }
    return image
  }

  /// The finished frame before this one that is the same picture; nil where there is none.
  func frame(before index: Int, sameIn source: any FrameSource) -> Image? {
    let first = source.firstFrame(showing: index)
    return first < index ? frame(at: first) : nil
  }

  /// Keeps a frame, whole or not at all.
  func save(_ image: Image, at index: Int) throws(JobError) {
    do throws(PictureError) {
      // Little time: a frame may take less than a tenth of a second.
      try Self.write(PNG.encode(image, level: 1), to: Self.name(of: index), in: url)
    } catch {
      throw .file(error)
    }
  }

  /// What has been done about broken frames that are kept here.
  var repairs: Repairs {
    let path = url.appendingPathComponent(Self.repairsName).path
    let found =
      contents(ofFile: path, atMost: 32 * record.frames + (1 << 16))
      .flatMap { try? JSONDecoder().decode(Repairs.self, from: Data($0)) } ?? Repairs()
    let kept = frames()
    return Repairs(again: found.again.filter(kept.contains))
  }

  func save(_ repairs: Repairs) throws(JobError) {
    try Self.write(encoding: Repairs(again: repairs.again), to: Self.repairsName, in: url)
  }

  /// Whether nothing that was rendered or found out is in it.
  var isEmpty: Bool { frames().isEmpty && FileStatus(url.appendingPathComponent(Self.preparationName).path) == nil }

  /// What the source found out before the first frame, `limit` bytes at most; nil where nothing is kept, or not what
  /// was kept for this job, to the bit.
  func preparation(atMost limit: Int) -> [UInt8]? {
    let path = url.appendingPathComponent(Self.preparationName).path
    guard let bytes = contents(ofFile: path, atMost: limit + 65), let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    let found = Array(bytes[(end + 1)...])
    return bytes[..<end].elementsEqual(digest(of: found).utf8) ? found : nil
  }

  /// Keeps it behind a line with its digest.
  func save(preparation: [UInt8]) throws(JobError) {
    do throws(PictureError) {
      let line = Array((digest(of: preparation) + "\n").utf8)
      try Self.write(line + preparation, to: Self.preparationName, in: url)
    } catch {
      throw .file(error)
    }
  }

  /// A digest of what was found out and of the job that it belongs to.
  private func digest(of preparation: [UInt8]) -> String {
    let job = [record.script, record.model, record.version, "\(record.frames) \(record.width)x\(record.height)"]
    return SHA256.hex(of: Array(job.joined(separator: "\n").utf8) + [0] + preparation)
  }

  /// Removes what the job made, and the folder unless something else is in it.
  func remove() {
    Self.clear(url)
    unlink(lock.path)
    rmdir(url.path)
  }

  private func file(of index: Int) -> URL { url.appendingPathComponent(Self.name(of: index)) }

  private static func name(of index: Int) -> String {
    let digits = "\(index)"
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png"
  }

  /// The frame that a file holds; nil for files that are not the job's, such as `1.png`.
  private static func index(of name: String) -> Int? {
    guard name.hasSuffix(".png"), let index = Int(name.dropLast(4)), name == Self.name(of: index) else { return nil }
    return index
  }

  private static func clear(_ url: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    where Self.names.contains(name) || index(of: name) != nil || PendingFile.isTemporary(name) {
      unlink(url.appendingPathComponent(name).path)
    }
  }

  private static let recordName = "job.json"
  private static let repairsName = "repairs.json"
  private static let preparationName = "preparation"
  private static let names = [recordName, repairsName, preparationName]

  private static func record(in url: URL) throws(JobError) -> JobRecord? {
    let file = url.appendingPathComponent(recordName)
    guard FileStatus(file.path) != nil else { return nil }
    guard let bytes = contents(ofFile: file.path, atMost: 1 << 16),
      let record = try? JSONDecoder().decode(JobRecord.self, from: Data(bytes))
    else { throw .otherJob(folder: url.path, reason: "its \(recordName) cannot be read") }
    return record
  }

  /// Writes a file whole or not at all, in place of whatever has its name.
  private static func write(_ bytes: [UInt8], to name: String, in url: URL) throws(PictureError) {
    let file = url.appendingPathComponent(name)
    // A pipe would be written to, if ever somebody read it.
    if FileStatus(file.path) == .special { unlink(file.path) }
    try PendingFile.write(bytes, to: file)
  }

  private static func write(encoding value: some Encodable, to name: String, in url: URL) throws(JobError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      try write([UInt8](encoder.encode(value)), to: name, in: url)
    } catch let error as PictureError {
      throw .file(error)
    } catch {
      preconditionFailure("strings and numbers encode as JSON: \(error)")
    }
  }
}

/// The bytes of a regular file that is no longer than `limit`; nil for anything else, which is not opened or read.
private func contents(ofFile path: String, atMost limit: Int) -> [UInt8]? {
  var status = stat()
  guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) <= limit,
    let file = FileHandle(forReadingAtPath: path)
  else { return nil }
  defer { try? file.close() }
  guard let data = try? file.read(upToCount: limit + 1), data.count <= limit else { return nil }
  return Array(data)
}
