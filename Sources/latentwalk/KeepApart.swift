import Foundation
import Pixels
import Scripts
import Walk

/// Throws where a file that is to be written is one that is read, or is to be written twice.
///
/// Of a folder that is read, everything in it is.
func keepApart(_ outputs: [URL?], from inputs: [String] = []) throws {
  var written: Set<String> = []
  for output in outputs.compactMap({ $0 }) {
    let place = standing(output)
    guard written.insert(place.path).inserted else {
      throw Fault.usage("\(output.relativePath): found it as the place of two results; expected another name for one")
    }
    for input in inputs {
      let (read, isFolder) = (standing(URL(filePath: input)).path, FileStatus(input) == .folder)
      guard isFolder ? place.deletingLastPathComponent().path == read : place.path == read else { continue }
      throw Fault.usage(
        "\(output.relativePath): found it as what is read as well, and would write over it; expected another name")
    }
  }
}

/// Where a file really stands or will stand: links on the way to it are followed, also where it is not there yet.
private func standing(_ url: URL) -> URL {
  let file = PendingFile.resolve(url)
  return file.deletingLastPathComponent().resolvingSymlinksInPath().appending(path: file.lastPathComponent)
    .standardizedFileURL
}

extension Script {
  /// The files that it reads besides the model: its keyframes' pictures and the film's sound.
  var files: [String] {
    timeline.keyframes.compactMap { $0.picture?.path } + [output.sound?.path].compactMap { $0 }
  }
}
