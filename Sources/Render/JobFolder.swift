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
    if earlier == nil { try Self.write(record, to: Self.recordName, in: url) }
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
    guard let image = try? Image(contentsOf: file(of: index)),
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
      try PendingFile.write(PNG.encode(image, level: 1), to: file(of: index))
    } catch {
      throw .file(error)
    }
  }

  /// What has been done about broken frames that are kept here.
  var repairs: Repairs {
    let file = url.appendingPathComponent(Self.repairsName)
    let found = (try? JSONDecoder().decode(Repairs.self, from: Data(contentsOf: file))) ?? Repairs()
    let kept = frames()
    return Repairs(again: found.again.filter(kept.contains))
  }

  func save(_ repairs: Repairs) throws(JobError) {
    try Self.write(Repairs(again: repairs.again), to: Self.repairsName, in: url)
  }

  /// Whether nothing that was rendered or found out is in it.
  var isEmpty: Bool { frames().isEmpty && preparation() == nil }

  /// What the source found out before the first frame; nil where nothing is kept.
  func preparation() -> [UInt8]? {
    (try? Data(contentsOf: url.appendingPathComponent(Self.preparationName))).map { Array($0) }
  }

  func save(preparation: [UInt8]) throws(JobError) {
    do throws(PictureError) {
      try PendingFile.write(preparation, to: url.appendingPathComponent(Self.preparationName))
    } catch {
      throw .file(error)
    }
  }

  /// Removes what the job made, and the folder unless something else is in it.
  func remove() {
    Self.clear(url)
    unlink(lock.path)
    rmdir(url.path)
  }

  private func file(of index: Int) -> URL {
    let digits = "\(index)"
    return url.appendingPathComponent(String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png")
  }

  private static func index(of name: String) -> Int? {
    guard name.hasSuffix(".png"), let index = Int(name.dropLast(4)) else { return nil }
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
  private static let preparationName = "preparation.json"
  private static let names = [recordName, repairsName, preparationName]

  private static func record(in url: URL) throws(JobError) -> JobRecord? {
    let file = url.appendingPathComponent(recordName)
    guard FileStatus(file.path) != nil else { return nil }
    do {
      return try JSONDecoder().decode(JobRecord.self, from: Data(contentsOf: file))
    } catch {
      throw .otherJob(folder: url.path, reason: "its \(recordName) cannot be read")
    }
  }

  private static func write(_ value: some Encodable, to name: String, in url: URL) throws(JobError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      try PendingFile.write([UInt8](encoder.encode(value)), to: url.appendingPathComponent(name))
    } catch let error as PictureError {
      throw .file(error)
    } catch {
      preconditionFailure("strings and numbers encode as JSON: \(error)")
    }
  }
}
