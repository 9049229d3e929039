package import Foundation

/// A file in the making: written beside its place under a hidden name, renamed when whole.
///
/// Making one proves that the place can be written. Dropping it without `commit` leaves nothing.
package struct PendingFile: ~Copyable {
  /// Where the file will stand; a symbolic link is followed.
  package let destination: String
  /// Where it is written meanwhile: an empty file, on the same file system.
  package let temporary: String

  /// `folder` holds the temporary file; by default that of `url`.
  package init(at url: URL, writtenIn folder: URL? = nil) throws(PictureError) {
    let path = url.path
    let resolved = Self.resolve(url).path
    switch FileStatus(resolved) {
    case .folder: throw .cannotCreate(path: path, reason: "it is a folder")
    case .special: throw .cannotCreate(path: path, reason: "it is no regular file")
    case .file where access(resolved, W_OK) != 0: throw .cannotCreate(path: path, reason: systemMessage(errno))
    case .file, nil: break
    }
    let place = folder?.path ?? URL(fileURLWithPath: resolved).deletingLastPathComponent().path
    let name = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = place + "/.\(name)" + Self.ending
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else {
      let code = errno
      let reason = code == ENOENT ? "the folder \(place) does not exist" : systemMessage(code)
      throw .cannotCreate(path: path, reason: reason)
    }
    close(file)
    destination = resolved
    self.temporary = temporary
  }

  /// Puts the file in its place, over an older one; or in `other` place on the same file system.
  package consuming func commit(to other: URL? = nil) throws(PictureError) {
    let place = other?.path ?? destination
    guard rename(temporary, place) == 0 else {
      throw .cannotWrite(path: place, reason: systemMessage(errno))
    }
  }

  private static let ending = ".part"

  /// Whether a file of this name may be what a killed process left in the making.
  package static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(ending) }

  /// Where a file of this name really stands or will stand: a symbolic link is followed.
  package static func resolve(_ url: URL) -> URL {
    FileStatus(url.path) == nil ? url : url.resolvingSymlinksInPath()
  }

  // After a commit the name is gone, and random enough to be nobody else's.
  deinit { unlink(temporary) }
}

extension PendingFile {
  /// Writes a whole file at once, or nothing. Devices and pipes are written straight.
  package static func write(_ bytes: [UInt8], to url: URL, writtenIn folder: URL? = nil) throws(PictureError) {
    if FileStatus(url.path) == .special {
      try write(bytes, path: url.path, name: url.path)
    } else {
      let file = try PendingFile(at: url, writtenIn: folder)
      try write(bytes, path: file.temporary, name: url.path)
      try file.commit()
    }
  }

  private static func write(_ bytes: [UInt8], path: String, name: String) throws(PictureError) {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw .cannotCreate(path: name, reason: systemMessage(errno)) }
    do throws(PictureError) {
      try writeAll(bytes, to: file, name: name)
    } catch {
      close(file)
      throw error
    }
    guard close(file) == 0 else { throw .cannotWrite(path: name, reason: systemMessage(errno)) }
  }

  /// Writes every byte to an open file, as standard output (1); `name` is for the error.
  package static func writeAll(_ bytes: [UInt8], to file: Int32, name: String) throws(PictureError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .cannotWrite(path: name, reason: systemMessage(errno)) }
      rest = rest.dropFirst(count)
    }
  }
}

/// What stands at a path, links followed; nil where nothing does.
package enum FileStatus {
  case file, folder, special

  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    default: self = .special
    }
  }
}

extension FileStatus {
  /// The size of a regular file; nil for anything else.
  static func bytes(of path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }
}

/// The names of what is in a folder, in no order.
package func names(inFolder path: String) throws(PictureError) -> [String] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: path)
  } catch {
    throw .cannotRead(path: path, reason: (error as NSError).localizedDescription)
  }
}

/// The system's text for an error number.
package func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}
