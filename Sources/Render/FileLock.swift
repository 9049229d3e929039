internal import Foundation
internal import Pixels

/// A lock file in a folder, held until it is dropped; the system lets go of it when the process ends.
///
/// One process holds it alone, or several share it.
struct FileLock: ~Copyable {
  let path: String
  private let file: Int32

  /// Makes the folder where it is missing.
  init(in folder: URL, named name: String, shared: Bool = false) throws(JobError) {
    let path = folder.appendingPathComponent(name).path
    while true {
      guard mkdir(folder.path, 0o777) == 0 || errno == EEXIST else {
        throw .file(.cannotCreate(path: folder.path, reason: systemMessage(errno)))
      }
      let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard file >= 0 else {
        // Its last owner may have removed the folder between the two calls; a link that leads nowhere stays.
        let code = errno
        var status = stat()
        if code == ENOENT, lstat(folder.path, &status) != 0 { continue }
        throw .file(.cannotCreate(path: path, reason: systemMessage(code)))
      }
      guard flock(file, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
        let code = errno
        close(file)
        guard code == EWOULDBLOCK else { throw .file(.cannotCreate(path: path, reason: systemMessage(code))) }
        throw .busy(folder: folder.path)
      }
      // A lock on a file that its last owner has removed keeps nobody out.
      if Self.isSame(file, path) {
        self.path = path
        self.file = file
        return
      }
      close(file)
    }
  }

  /// Whether nobody shares it just now. For as long as that takes, nobody else gets it.
  var isTheOnlyOne: Bool {
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      // What was given up for the attempt.
      flock(file, LOCK_SH)
      return false
    }
    flock(file, LOCK_SH)
    return true
  }

  deinit { close(file) }

  private static func isSame(_ file: Int32, _ path: String) -> Bool {
    var (open, named) = (stat(), stat())
    return fstat(file, &open) == 0 && stat(path, &named) == 0 && open.st_ino == named.st_ino
      && open.st_dev == named.st_dev
  }
}
