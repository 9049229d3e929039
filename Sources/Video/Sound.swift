package import FFmpeg
public import Foundation
internal import Pixels

/// What a film is heard with.
public struct Sound: Sendable, Hashable {
  /// Any file with sound that libavformat reads, films among them.
  public var url: URL
  /// Seconds of it that are left out: where the film begins.
  public var start: Double

  public init(_ url: URL, start: Double = 0) {
    self.url = url
    self.start = start
  }

  /// The latest start, in seconds.
  package static let latestStart = 10_000.0

  /// How many of a film's seconds are heard, all or less; what is wrong with the file so far is found.
  ///
  /// Throws where it cannot be read, or nothing of it is left after the start.
  package func heard(of seconds: Double) throws(FilmError) -> Double {
    try reading {
      var reader = try SoundReader(self) { $0 }
      let wanted = Int((seconds * Double(reader.form.rate)).rounded())
      var found = 0
      while found < wanted, let piece = try reader.next(min(4096, wanted - found)) { found += piece.samples }
      guard found > 0 else {
        throw FilmError.sound(path: url.path, reason: "it has ended by second \(start), where the film begins")
      }
      return found == wanted ? seconds : Double(found) / Double(reader.form.rate)
    }
  }

  /// Says of an error that it is this sound's.
  func reading<Result: ~Copyable>(_ body: () throws -> Result) throws(FilmError) -> Result {
    do {
      return try body()
    } catch let error as FilmError {
      throw error
    } catch {
      throw .sound(path: url.path, reason: "\(error)")
    }
  }
}

/// Reads a sound from its start on, in the form that is wanted.
package struct SoundReader: ~Copyable {
  package let form: SoundForm
  private var stream: StreamReader
  private let resampler: Resampler
  private let frame: Frame
  private var hasEnded = false

  /// Opens the sound; `wanted` says what is wanted of it as it is.
  package init(_ sound: Sound, in wanted: (SoundForm) -> SoundForm) throws {
    var stream = try StreamReader(path: sound.url.path, for: .sound)
    let frame = Frame()
    // Only what comes out of a decoder tells its form for sure.
    guard try stream.next(into: frame) else {
      throw FilmError.sound(path: sound.url.path, reason: "there is nothing in it")
    }
    let form = wanted(frame.sound)
    let leftOut = Int((sound.start * Double(form.rate)).rounded())
    let resampler = try Resampler(from: frame, to: form, leavingOut: leftOut)
    try resampler.push(frame)
    self.form = form
    self.stream = stream
    self.resampler = resampler
    self.frame = frame
  }

  /// The next samples, as many as are wanted while there are so many; nil at the end.
  package mutating func next(_ samples: Int) throws(FFmpegError) -> Frame? {
    while resampler.count < samples, !hasEnded {
      if try stream.next(into: frame) {
        try resampler.push(frame)
      } else {
        try resampler.flush()
        hasEnded = true
      }
    }
    let count = min(samples, resampler.count)
    return count > 0 ? try resampler.pull(count) : nil
  }
}
