internal import FFmpeg
internal import Foundation
internal import Pixels

/// The folder of a job: `job.json` and every finished frame as a PNG, locked while a process works in it.
///
/// Processes that render shards work in it side by side, each on frames of its own.
struct JobFolder: ~Copyable {
  let url: URL
  /// Whether frames of an earlier run may be in it.
  let resumed: Bool
  private let record: JobRecord
  private let lock: FileLock
  /// The file of the process's own repairs.
  private let repairsName: String

  /// Opens or makes the folder for one process alone; frames of another record, or of none, are an error unless `fresh`
  /// throws them away.
  init(at url: URL, record: JobRecord, fresh: Bool) throws(JobError) {
    let lock = try FileLock(in: url, named: Self.lockName)
    if fresh { Self.clear(url) }
    let resumed = try Self.agree(on: record, in: url) { true }
    self.init(url: url, record, lock, resumed: resumed, repairsName: Self.repairsPrefix + ".json")
  }

  /// Opens or makes the folder for a shard; frames of another record, or of none, are an error.
  ///
  /// Nil where it was asked to stop while it waited for its turn; `waiting` is called before it waits.
  init?(
    at url: URL, record: JobRecord, for shard: Shard, _ interruption: Interruption, waiting: () -> Void
  ) throws(JobError) {
    let lock = try FileLock(in: url, named: Self.lockName, shared: true)
    guard let turn = try Self.turn(in: url, interruption, waiting: waiting) else { return nil }
    let resumed = try Self.agree(on: record, in: url) { lock.isTheOnlyOne }
    _ = consume turn
    self.init(
      url: url, record, lock, resumed: resumed,
      repairsName: "\(Self.repairsPrefix)-\(shard.number)-of-\(shard.count).json")
  }

  private init(url: URL, _ record: JobRecord, _ lock: consuming FileLock, resumed: Bool, repairsName: String) {
    self.url = url
    self.record = record
    self.lock = lock
    self.resumed = resumed
    self.repairsName = repairsName
  }

  /// Writes the record, or finds that the one that is there is the same. Says whether one was.
  ///
  /// Frames without a record may be anyone's. A record without frames binds nobody, where no other process works on.
  private static func agree(
    on record: JobRecord, in url: URL, isAlone: () -> Bool
  ) throws(JobError) -> Bool {
    if let earlier = try Self.record(in: url) {
      guard let reason = record.difference(from: earlier) else { return true }
      guard isEmpty(url), isAlone() else { throw .otherJob(folder: url.path, reason: reason) }
    } else if !isEmpty(url) {
      throw .otherJob(folder: url.path, reason: "its \(recordName) is missing")
    }
    try write(encoding: record, to: recordName, in: url)
    return false
  }

  /// What only one of the folder's shards may do at a time; nil where it was asked to stop while it waited.
  static func turn(
    in url: URL, _ interruption: Interruption, waiting: () -> Void
  ) throws(JobError) -> FileLock? {
    var waits = false
    while !interruption.isRequested {
      do throws(JobError) {
        return try FileLock(in: url, named: turnName)
      } catch .busy {
        if !waits { waiting() }
        waits = true
        usleep(100_000)
      }
    }
    return nil
  }

  /// The indices of frames that are there, whole or not.
  func frames() -> Set<Int> {
    Set(names().compactMap(Self.index).filter { (0..<record.frames).contains($0) })
  }

  private func names() -> [String] { Self.names(in: url) }

  static func names(in url: URL) -> [String] {
    (try? Pixels.names(inFolder: url.path)) ?? []
  }

  /// A finished frame; nil where it is missing, broken or of another size, and has to be rendered.
  func frame(at index: Int) -> Image? {
    Image(keptAt: file(of: index).path, width: record.width, height: record.height)
  }

  /// The finished frame before this one that is the same picture; nil where there is none.
  func frame(before index: Int, sameIn source: any FrameSource) -> Image? {
    let first = source.firstFrame(showing: index)
    return first < index ? frame(at: first) : nil
  }

  /// The source with each frame kept as soon as it is made, whatever the order and whether it is waited for.
  func keeping(_ source: any FrameSource) -> any FrameSource { KeptFrames(source: source, folder: url) }

  fileprivate struct KeptFrames: FrameSource {
    let source: any FrameSource
    let folder: URL

    var count: Int { source.count }
    var width: Int { source.width }
    var height: Int { source.height }
    func firstFrame(showing index: Int) -> Int { source.firstFrame(showing: index) }
    func frameAgain(at index: Int) throws -> Image? { try source.frameAgain(at: index) }

    func frame(at index: Int) throws -> Image {
      let image = try source.frame(at: index)
      try JobFolder.write(image, to: JobFolder.name(of: index), in: folder)
      return image
    }
  }

  /// Keeps a frame, whole or not at all.
  func save(_ image: Image, at index: Int) throws(JobError) {
    do throws(PictureError) {
      try Self.write(image, to: Self.name(of: index), in: url)
    } catch {
      throw .file(error)
    }
  }

  /// What has been done about broken frames that are kept here, by this process and others.
  var repairs: Repairs {
    let kept = frames()
    let again = names().filter(Self.isRepairs).flatMap { name in
      contents(ofFile: url.appendingPathComponent(name).path, atMost: 32 * record.frames + (1 << 16))
        .flatMap { try? JSONDecoder().decode(Repairs.self, from: Data($0)) }?.again ?? []
    }
    return Repairs(again: Set(again).intersection(kept).sorted())
  }

  func save(_ repairs: Repairs) throws(JobError) {
    try Self.write(encoding: Repairs(again: repairs.again), to: repairsName, in: url)
  }

  /// Whether nothing that was rendered or found out is in it.
  var isEmpty: Bool { Self.isEmpty(url) }

  private static func isEmpty(_ url: URL) -> Bool {
    names(in: url).allSatisfy { index(of: $0) == nil && !Sketchbook.isPage($0) && $0 != preparationName }
  }

  /// How many first frames of the film are there.
  var lead: Int {
    let found = frames()
    return (0..<record.frames).prefix(while: found.contains).count
  }

  /// The pictures that its preparation is made of.
  var sketches: Sketchbook { Sketchbook(folder: url, width: record.width, height: record.height) }

  /// What the source found out before the first frame, `limit` bytes at most; nil where nothing is kept, or not what
  /// was kept for this job, to the bit.
  func preparation(atMost limit: Int) -> [UInt8]? {
    let path = url.appendingPathComponent(Self.preparationName).path
    guard let bytes = contents(ofFile: path, atMost: limit + 65), let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    let found = Array(bytes[(end + 1)...])
    return bytes[..<end].elementsEqual(digest(of: found).utf8) ? found : nil
  }

  /// Keeps it behind a line with its digest; the sketches that it was made of go.
  func save(preparation: [UInt8]) throws(JobError) {
    do throws(PictureError) {
      let line = Array((digest(of: preparation) + "\n").utf8)
      try Self.write(line + preparation, to: Self.preparationName, in: url)
    } catch {
      throw .file(error)
    }
    for name in names() where Sketchbook.isPage(name) { unlink(url.appendingPathComponent(name).path) }
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

  /// The record goes last: frames that are left, if this ends before, are still this job's.
  private static func clear(_ url: URL) {
    for name in names(in: url)
    where [preparationName, turnName].contains(name) || isRepairs(name) || index(of: name) != nil
      || Sketchbook.isPage(name) || PendingFile.isTemporary(name)
    {
      unlink(url.appendingPathComponent(name).path)
    }
    unlink(url.appendingPathComponent(recordName).path)
  }

  static let lockName = ".lock"
  private static let turnName = ".turn"
  private static let recordName = "job.json"
  private static let repairsPrefix = "repairs"
  private static let preparationName = "preparation"

  /// Whether a file is some process's repairs: `repairs.json`, `repairs-3-of-16.json`.
  private static func isRepairs(_ name: String) -> Bool {
    name.wholeMatch(of: #/repairs(-[0-9]+-of-[0-9]+)?\.json/#) != nil
  }

  private static func record(in url: URL) throws(JobError) -> JobRecord? {
    let file = url.appendingPathComponent(recordName)
    guard FileStatus(file.path) != nil else { return nil }
    guard let bytes = contents(ofFile: file.path, atMost: 1 << 16),
      let record = try? JSONDecoder().decode(JobRecord.self, from: Data(bytes))
    else { throw .otherJob(folder: url.path, reason: "its \(recordName) cannot be read") }
    return record
  }

  /// Writes a picture as a PNG, in little time: to make it may take less than a tenth of a second.
  static func write(_ image: Image, to name: String, in url: URL) throws(PictureError) {
    try write(PNG.encode(image, level: 1), to: name, in: url)
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

extension Image {
  /// The picture of that size that a file of a job holds; nil where it is missing, broken or of another size.
  init?(keptAt path: String, width: Int, height: Int) {
    // A picture that is stored as it is takes three bytes a pixel and one a row.
    guard let bytes = contents(ofFile: path, atMost: 4 * width * height + (1 << 16)),
      let image = try? Image(decoding: bytes, name: path), (image.width, image.height) == (width, height)
    else { return nil }
    self = image
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
