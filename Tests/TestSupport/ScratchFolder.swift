package import Foundation
internal import Synchronization

/// A folder that lives as long as this object.
package final class ScratchFolder: Sendable {
  package let url: URL

  package init() throws {
    url = Self.parent.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    Self.removal.withLock { _ in removeFolder(url.path) }
  }

  /// The folder of this process's scratch folders, which no other process writes to; it goes with the process.
  private static let parent: URL = {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("latentwalk-tests-\(getpid())")
    atexit { rmdir(ScratchFolder.parent.path) }
    return url
  }()

  /// Folders go one after another: threads that empty one parent at the same time wait for one another in the kernel.
  private static let removal = Mutex(())

  package subscript(name: String) -> URL { url.appendingPathComponent(name) }

  /// The names of all files in it, hidden ones included, sorted.
  package var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }

  /// Writes a file, with the folders it needs, and gives its place.
  @discardableResult
  package func write(_ bytes: some Collection<UInt8>, to path: String) throws -> URL {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file
  }

  @discardableResult
  package func write(_ text: String, to path: String) throws -> URL {
    try write(Array(text.utf8), to: path)
  }

  package func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: url.appendingPathComponent(path))
  }
}

/// Removes a folder and what is in it; links are not followed.
private func removeFolder(_ path: String) {
  guard let folder = opendir(path) else { return }
  var names: [(name: String, isFolder: Bool)] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append((name, entry.pointee.d_type == UInt8(DT_DIR))) }
  }
  closedir(folder)
  for (name, isFolder) in names {
    if isFolder { removeFolder(path + "/" + name) } else { unlink(path + "/" + name) }
  }
  rmdir(path)
}
