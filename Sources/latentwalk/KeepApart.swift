import Foundation
import Pixels
import Scripts
import Video
import Walk

/// Throws where a file that is to be written is one that is read, or is to be written twice.
///
/// Of a folder that is read, its pictures are.
func keepApart(_ outputs: [URL?], from inputs: [URL]) throws {
  var written: Set<String> = []
  for output in outputs.compactMap({ $0 }) {
    let place = standing(output)
    guard written.insert(place.path).inserted else {
      throw Fault.usage("\(output.relativePath): found it as the place of two results; expected another name for one")
    }
    for input in inputs {
      let read = standing(input).path
      if place.path == read {
        throw Fault.usage(
          "\(output.relativePath): found it as what is read as well, and would write over it; expected another name")
      }
      if FileStatus(read) == .folder, place.deletingLastPathComponent().path == read, Footage.isPicture(place) {
        throw Fault.usage(
          "\(output.relativePath): found a place among the pictures that are read; expected another folder")
      }
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
  var files: [URL] { timeline.keyframes.compactMap { $0.picture?.file } + [sound?.url].compactMap { $0 } }
}
