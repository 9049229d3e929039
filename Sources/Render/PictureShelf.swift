internal import FFmpeg
package import Foundation
package import Pixels

/// Finished pictures, kept beside a file until it is written.
///
/// Beside `sheet.png` stands the folder `sheet.png.job`. Each picture lies there under a digest of all that it depends
/// on, so that a run which was interrupted goes on, and one which asks for something else finds what both have in common.
package final class PictureShelf: Sendable {
  private let folder: URL
  private let lock: FileLock

  /// Opens or makes the folder for one process alone.
  package init(beside file: URL) throws(JobError) {
    folder = PendingFile.resolve(file).appendingPathExtension("job")
    lock = try FileLock(in: folder, named: JobFolder.lockName)
  }

  func path(of picture: String) -> String { folder.appendingPathComponent(Self.name(of: picture)).path }

  func keep(_ image: Image, as picture: String) throws(PictureError) {
    try JobFolder.write(image, to: Self.name(of: picture), in: folder)
  }

  fileprivate func sketches(of owner: String, width: Int, height: Int) -> Sketchbook {
    Sketchbook(folder: folder, width: width, height: height, owner: owner)
  }

  private static func name(of picture: String) -> String { "picture-\(picture).png" }

  /// Removes all pictures, those that nobody asked for among them, and the folder unless something else is in it.
  package func clear() {
    for name in JobFolder.names(in: folder)
    where name.wholeMatch(of: #/picture-[0-9a-f]{64}\.png/#) != nil || Sketchbook.isPage(name)
      || PendingFile.isTemporary(name)
    {
      unlink(folder.appendingPathComponent(name).path)
    }
    leave()
  }

  /// Removes the folder where nothing is in it.
  package func leave() {
    guard JobFolder.names(in: folder).allSatisfy({ $0 == JobFolder.lockName }) else { return }
    unlink(lock.path)
    rmdir(folder.path)
  }
}

/// A source whose finished pictures are kept on a shelf.
package struct ShelvedFrames: FrameSource {
  private let source: any FrameSource
  private let shelf: PictureShelf
  private let common: String
  private let each: @Sendable (Int) -> String

  /// `all` is what every picture depends on, and `each` what a single one does besides, in bytes that differ when
  /// pictures do. The tool's version and the size count as well.
  package init(
    _ source: any FrameSource, on shelf: PictureShelf, version: String, all: [UInt8],
    each: @escaping @Sendable (Int) -> String
  ) {
    self.source = source
    self.shelf = shelf
    self.each = each
    common = SHA256.hex(of: Array("\(version) \(source.width)x\(source.height)\n".utf8) + all)
  }

  private func digest(_ index: Int) -> String { SHA256.hex(of: Array("\(common)\n\(each(index))".utf8)) }

  package var count: Int { source.count }
  package var width: Int { source.width }
  package var height: Int { source.height }

  /// Whether the picture was there before it was asked for; it may be broken, and made anew, for all that.
  package func isKept(_ index: Int) -> Bool { FileStatus(shelf.path(of: digest(index))) == .file }

  /// Its sketches are kept on the shelf as well, for all that its pictures have in common.
  package func prepare(_ kept: [UInt8]?, _ sketches: Sketchbook?, _ interruption: Interruption) throws -> [UInt8]? {
    try source.prepare(
      kept, sketches ?? shelf.sketches(of: common, width: width, height: height), interruption)
  }

  package func firstFrame(showing index: Int) -> Int { source.firstFrame(showing: index) }

  package func frame(at index: Int) throws -> Image {
    let picture = digest(index)
    if let kept = Image(keptAt: shelf.path(of: picture), width: width, height: height) { return kept }
    let image = try source.frame(at: index)
    try shelf.keep(image, as: picture)
    return image
  }

  package func frameAgain(at index: Int) throws -> Image? {
    guard let image = try source.frameAgain(at: index) else { return nil }
    try shelf.keep(image, as: digest(index))
    return image
  }
}
