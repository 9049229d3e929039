package import Foundation
package import Video
package import Walk

extension Script {
  /// A file whose sound a film is heard with.
  package struct Soundtrack: Sendable, Hashable {
    /// The file as its author named it.
    package let path: String
    /// Where it is sought if its name is relative; nil is the current folder.
    package let folder: URL?
    /// How much of it is left out: where the film begins.
    package var start: Time

    package init(path: String, folder: URL? = nil, start: Time = .zero) {
      self.path = path
      self.folder = folder
      self.start = start
    }

    package static let expectedStart =
      "seconds such as 30s, frames such as 120f, or beats such as 8b with the beats per minute; at most "
      + "\(Int(Sound.latestStart)) seconds"

    /// Where the film begins in it, in seconds; nil for beats without a tempo, and beyond the latest start.
    package func seconds(on timeline: Timeline) -> Double? {
      start.seconds(at: timeline.rate, beatsPerMinute: timeline.beatsPerMinute)
        .flatMap { $0 <= Sound.latestStart ? $0 : nil }
    }
  }

  /// What the film is heard with.
  package var sound: Sound? {
    output.sound.map { Sound(URL(filePath: $0.path, relativeTo: $0.folder), start: $0.seconds(on: timeline) ?? 0) }
  }
}
