import Foundation
import Pixels
import TestSupport
import Testing
import Video

/// What goes wrong before, while and after a film is written, and what it says.
struct FilmErrorTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test(arguments: [
    (FilmSettings(codec: .ffv1, crf: 10), "film.mkv", "lossless"),
    (FilmSettings(crf: 52), "film.mp4", "crf 52 is out of range for h264, which takes 0 to 51"),
    (FilmSettings(codec: .vp9, crf: -1), "film.webm", "crf -1"),
    (FilmSettings(), "film.avi", "film.avi; expected one of .mp4, .mov, .mkv"),
    (FilmSettings(), "film", "film; expected one of .mp4, .mov, .mkv"),
    (FilmSettings(codec: .ffv1), "film.mp4", "expected one of .mkv"),
    (FilmSettings(threads: 0), "film.mp4", "at least one thread"),
    (FilmSettings(scale: 0), "film.mp4", "scale 0.0"),
    (FilmSettings(scale: .nan), "film.mp4", "scale nan"),
    (FilmSettings(scale: 1000), "film.mp4", "2 to 16384"),
    (FilmSettings(preset: "hasty"), "film.mp4", "preset hasty is unknown for h264; expected one of ultrafast"),
    (FilmSettings(codec: .ffv1, preset: "slow"), "film.mkv", "ffv1 takes no preset"),
  ])
  func settings(settings: FilmSettings, name: String, says: String) throws {
    let error = #expect(throws: FilmError.self) {
      _ = try FilmWriter(to: folder[name], width: 64, height: 64, settings: settings)
    }
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
    #expect(try folder.names == [])
  }

  @Test func oddSizes() throws {
    let error = #expect(throws: FilmError.self) { _ = try FilmWriter(to: folder["a.mp4"], width: 63, height: 64) }
    #expect(error?.description == "a film needs an even width and height, but the frames are 63x64")
  }

  @Test func missingEncoder() {
    let error = #expect(throws: FilmError.self) {
      try FilmSettings(codec: .av1).container(for: folder["a.mp4"]) { [.x264, .ffv1].contains($0) }
    }
    #expect(
      error?.description == "the installed libavcodec has no encoder for av1 (looked for libsvtav1, libaom-av1); "
        + "it can encode h264, ffv1")
  }

  @Test(arguments: ["no/such/folder/a.mp4"]) func missingFolder(name: String) {
    let error = #expect(throws: FilmError.self) { _ = try FilmWriter(to: folder[name], width: 64, height: 64) }
    #expect(error?.description.contains("does not exist") == true)
  }

  @Test func notAFile() throws {
    try FileManager.default.createDirectory(at: folder["a.mp4"], withIntermediateDirectories: false)
    #expect(throws: FilmError.file(.cannotCreate(path: folder["a.mp4"].path, reason: "it is a folder"))) {
      _ = try FilmWriter(to: folder["a.mp4"], width: 64, height: 64)
    }
  }

  /// The limit on a file's size stands in for a full disk: writing fails in the middle, at the same place each time.
  @Test func fullDisk() async throws {
    let path = folder["a.mp4"].path
    await #expect(processExitsWith: .success) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 40_000, rlim_max: 40_000)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let url = URL(fileURLWithPath: path)
      let error = #expect(throws: FilmError.self) {
        let writer = try FilmWriter(to: url, width: 128, height: 128, settings: FilmSettings(crf: 0))
        for seed in 0..<200 { try writer.write(.pattern(width: 128, height: 128, seed: seed)) }
        try writer.finish()
      }
      let text = error?.description ?? ""
      precondition(text.contains("cannot write the film \(path)") && text.contains("File too large"), text)
      precondition(try! FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path).isEmpty)
    }
  }

  @Test func noFilm() throws {
    try Data("this is no film".utf8).write(to: folder["a.mp4"])
    let error = #expect(throws: FilmError.self) { _ = try FilmReader(folder["a.mp4"]) }
    #expect(error?.description.contains(folder["a.mp4"].path) == true)
    #expect(throws: FilmError.self) { _ = try FilmReader(folder["none.mp4"]) }
  }
}
