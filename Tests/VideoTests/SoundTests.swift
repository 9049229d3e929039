import CFFmpeg
import FFmpeg
import Foundation
import Pixels
import TestSupport
import Testing
import Video

/// What films are heard with.
@Suite(.timeLimit(.minutes(10))) struct SoundTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Writes a WAV file of 16 bits; `sample` gives each channel's values.
  private func write(
    _ name: String, seconds: Double, rate: Int = 44_100, channels: Int = 2, _ sample: (Int, Int) -> Int16
  ) throws -> URL {
    let count = Int(seconds * Double(rate))
    let data = (0..<count).flatMap { i in (0..<channels).flatMap { bytes(UInt16(bitPattern: sample(i, $0))) } }
    var file = Array("RIFF".utf8) + bytes(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8)
    file += bytes(UInt32(16)) + bytes(UInt16(1)) + bytes(UInt16(channels)) + bytes(UInt32(rate))
    file += bytes(UInt32(2 * channels * rate)) + bytes(UInt16(2 * channels)) + bytes(UInt16(16))
    file += Array("data".utf8) + bytes(UInt32(data.count)) + data
    try Data(file).write(to: folder[name])
    return folder[name]
  }

  private func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }

  private func noise(_ i: Int, _ channel: Int) -> Int16 {
    Int16(truncatingIfNeeded: ((i &* 2_654_435_761) ^ (channel &* 97_531)) >> 7)
  }

  private func film(
    _ name: String, frames: Int, _ sound: Sound?, codec: FilmCodec = .h264, rate: FilmRate = FilmRate(25)
  ) throws -> URL {
    let writer = try FilmWriter(
      to: folder[name], width: 64, height: 64, settings: FilmSettings(rate: rate, codec: codec, sound: sound))
    for i in 0..<frames { try writer.write(.pattern(width: 64, height: 64, seed: i)) }
    try writer.finish()
    return folder[name]
  }

  /// All samples of a file's sound as 32 bits, one array for each channel.
  private func heard(in url: URL) throws -> (rate: Int, channels: [[Int32]]) {
    var reader = try SoundReader(Sound(url)) {
      SoundForm(rate: $0.rate, channels: $0.channels, format: AV_SAMPLE_FMT_S32P)
    }
    var channels = Array(repeating: [Int32](), count: reader.form.channels)
    while let piece = try reader.next(1000) {
      for c in channels.indices {
        piece.pointer.pointee.extended_data[c]!.withMemoryRebound(to: Int32.self, capacity: piece.samples) {
          channels[c] += UnsafeBufferPointer(start: $0, count: piece.samples)
        }
      }
    }
    return (reader.form.rate, channels)
  }

  /// Matroska has the sound to the bit, from its start on and as long as the pictures.
  @Test(arguments: [0, 0.25, 1.75]) func matroskaKeepsIt(start: Double) throws {
    let song = try write("song.wav", seconds: 2, noise)
    let (rate, channels) = try heard(in: film("film.mkv", frames: 25, Sound(song, start: start), codec: .ffv1))
    #expect(rate == 44_100)
    let first = Int(start * 44_100)
    let samples = min(44_100, 88_200 - first)
    #expect(channels == (0..<2).map { c in (0..<samples).map { Int32(noise(first + $0, c)) << 16 } })
  }

  @Test(arguments: FilmCodec.available(), FilmContainer.allCases)
  func everyFilmIsHeard(codec: FilmCodec, container: FilmContainer) throws {
    guard codec.containers.contains(container) else { return }
    let song = try write("song.wav", seconds: 3, rate: 22_050, channels: 1) { i, _ in Int16(9000 * sin(Double(i) / 8)) }
    let url = try film(
      "film.\(container.rawValue)", frames: 40, Sound(song), codec: codec, rate: FilmRate(30000, 1001))
    var reader = try FilmReader(url)
    var pictures = 0
    while try reader.next() != nil { pictures += 1 }
    #expect(pictures == 40)
    let (rate, channels) = try heard(in: url)
    #expect(channels.count == 1)
    #expect(abs(Double(channels[0].count) / Double(rate) - 40 * 1.001 / 30) < 0.03)
    let loudness = sqrt(channels[0].reduce(0.0) { $0 + pow(Double($1) / 65_536, 2) } / Double(channels[0].count))
    #expect((5400...7000).contains(loudness), "of a sine of 9000")
  }

  /// A beat in the song falls on its frame.
  @Test(arguments: ["film.mp4", "film.mov", "film.mkv", "film.webm"]) func itIsInTime(name: String) throws {
    let song = try write("song.wav", seconds: 2, rate: 48_000) { i, _ in
      (38_400..<40_800).contains(i) ? Int16(20_000 * sin(Double(i) / 5)) : 0
    }
    let url = try film(name, frames: 25, Sound(song, start: 0.3), codec: name.hasSuffix("webm") ? .vp9 : .h264)
    let (rate, channels) = try heard(in: url)
    let loud = try #require(channels[0].firstIndex { abs($0) > 8000 << 16 })
    #expect(abs(Double(loud) / Double(rate) - 0.5) < 0.012)
  }

  @Test func theFilmGoesOnWhereItEnds() throws {
    let song = try write("song.wav", seconds: 0.5, noise)
    #expect(abs(try Sound(song).heard(of: 2) - 0.5) < 1e-6)
    #expect(try Sound(song).heard(of: 0.25) == 0.25)
    let url = try film("film.mp4", frames: 50, Sound(song))
    #expect(try FilmReader(url).info.frameCount == 50)
    let (rate, channels) = try heard(in: url)
    #expect(abs(Double(channels[0].count) / Double(rate) - 0.5) < 0.03)
  }

  @Test func theSameGivesTheSameBytes() throws {
    let song = try write("song.wav", seconds: 2, noise)
    let films = try (0..<2).map { try Data(contentsOf: film("\($0).mp4", frames: 30, Sound(song, start: 0.5))) }
    #expect(films[0] == films[1])
  }

  /// Said before the first frame, and nothing is left behind.
  @Test func whatCannotBeHeardIsRefused() throws {
    let song = try write("song.wav", seconds: 0.5, noise)
    let mute = try film("mute.mp4", frames: 2, nil)
    try Data("no sound at all".utf8).write(to: folder["text.mp3"])
    let before = try folder.names
    for (url, reason) in [
      (folder["none.mp3"], "No such file"), (mute, "looking for sound"),
      (folder["text.mp3"], "cannot use the sound of"),
    ] {
      #expect(refusal { try film("film.mp4", frames: 2, Sound(url)) }.contains(reason))
    }
    #expect(
      refusal { try Sound(song, start: 0.5).heard(of: 1) }
        == "cannot use the sound of \(song.path): it has ended by second 0.5, where the film begins")
    #expect(try folder.names == before)
  }
}
