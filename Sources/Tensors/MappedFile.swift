package import Foundation
internal import Glibc

/// A file's bytes, mapped into memory read-only for as long as this object lives.
///
/// The size is that of the moment of opening. A file that another program cuts short
/// afterwards ends this one with SIGBUS when the lost part is read: replace model files
/// by renaming, never by writing over them.
package final class MappedFile: @unchecked Sendable {
  // Safe to share: the mapping is read-only and stays until deinit.
  package let bytes: UnsafeRawBufferPointer

  /// Throws the system's errno, or EFTYPE's stand-in EINVAL for what is no regular file.
  package init(contentsOf url: URL) throws(Errno) {
    // Without O_NONBLOCK a named pipe would hold us here.
    let descriptor = url.withUnsafeFileSystemRepresentation {
      $0.map { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) } ?? -1
    }
    guard descriptor >= 0 else { throw Errno(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Errno(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw Errno(EISDIR)
    default: throw Errno(EINVAL)
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw Errno(errno)
    }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  /// Lets go of the memory behind `range`: it is read from the file again when somebody asks.
  func release(_ range: Range<Int>) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let first = (range.lowerBound + page - 1) / page * page
    let last = range.upperBound / page * page
    guard let start = bytes.baseAddress, first < last else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), last - first, MADV_DONTNEED)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  /// What the system said when it refused a file.
  package struct Errno: Error, Equatable, CustomStringConvertible {
    package let code: Int32
    init(_ code: Int32) { self.code = code }
    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    package var description: String {
      code == EINVAL ? "not a regular file" : String(cString: strerror(code)).lowercased()
    }
  }
}
