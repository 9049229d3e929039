import Foundation
import Pixels
import Render
import TestSupport
import Testing
import Video

@Suite(.timeLimit(.minutes(10))) struct FilmJobTests {
  let folder: ScratchFolder
  let job: FilmJob

  init() throws {
    folder = try ScratchFolder()
    job = FilmJob(output: folder["film.mp4"])
  }

  /// The film of so many frames, made without a break elsewhere.
  private func wholeFilm(_ count: Int) throws -> Data {
    let other = try ScratchFolder()
    _ = try FilmJob(output: other["film.mp4"]).run(quietly: SyntheticSource(count: count))
    return try Data(contentsOf: other["film.mp4"])
  }

  private func frames(of url: URL) throws -> Int {
    var reader = try FilmReader(url)
    var count = 0
    while try reader.next() != nil { count += 1 }
    return count
  }

  private var frameFiles: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: job.folder.path).filter { $0.hasSuffix(".png") }.sorted()
    }
  }

  private func interrupt(after count: Int, of frames: Int) throws -> FilmJob.Outcome {
    let interruption = Interruption()
    return try job.run(
      quietly: SyntheticSource(count: frames) { if $0 == count - 1 { interruption.request() } },
      interruption: interruption)
  }

  @Test(arguments: [1, 2, 30]) func aWholeFilmStandsAlone(count: Int) throws {
    let source = SyntheticSource(count: count)
    #expect(try job.run(quietly: source) == .finished(frames: count, rendered: count))
    #expect(source.rendered == Array(0..<count))
    #expect(try frames(of: folder["film.mp4"]) == count)
    #expect(try folder.names == ["film.mp4"])
  }

  @Test(arguments: [1, 7, 19]) func resumedFilmIsTheSameByteForByte(stop: Int) throws {
    let outcome = try interrupt(after: stop, of: 20)
    #expect(outcome == .interrupted(done: stop, frames: 20, partial: folder["film.partial.mp4"]))
    #expect(try folder.names == ["film.mp4.job", "film.partial.mp4"])
    #expect(try frames(of: folder["film.partial.mp4"]) == stop)

    let source = SyntheticSource(count: 20)
    #expect(try job.run(quietly: source) == .finished(frames: 20, rendered: 20 - stop))
    #expect(source.rendered == Array(stop..<20))
    #expect(try Data(contentsOf: folder["film.mp4"]) == wholeFilm(20))
    #expect(try folder.names == ["film.mp4"])
  }

  /// Frames that are there are not made again while others are waited for.
  @Test func onlyWhatIsMissingIsRendered() throws {
    var job = job
    job.keepFrames = true
    _ = try job.run(quietly: SyntheticSource(count: 9))
    for missing in ["000002.png", "000006.png"] {
      try FileManager.default.removeItem(at: job.folder.appendingPathComponent(missing))
    }
    let source = SyntheticSource(count: 9)
    #expect(try job.run(quietly: source, atOnce: 4) == .finished(frames: 9, rendered: 2))
    #expect(source.rendered.sorted() == [2, 6])
  }

  /// What is under way when a frame fails is kept once it is made, though nobody waits for it.
  @Test func framesAheadAreKept() throws {
    struct Flat: Error {}
    let source = SyntheticSource(count: 9) {
      guard $0 == 1 else { return }
      usleep(300_000)
      throw Flat()
    }
    #expect(throws: JobError.self) { try job.run(quietly: source, atOnce: 4) }
    #expect(try Set(frameFiles).isSuperset(of: ["000000.png", "000002.png", "000003.png"]))
  }

  /// Found frames take their time to be coded, and a wish to stop is heeded meanwhile; the longer partial film stays.
  @Test func foundFramesHeedAnInterruption() throws {
    _ = try interrupt(after: 5, of: 9)
    let partial = try Data(contentsOf: folder["film.partial.mp4"])
    let interruption = Interruption()
    interruption.request()
    #expect(
      try job.run(quietly: SyntheticSource(count: 9), interruption: interruption)
        == .interrupted(done: 5, frames: 9, partial: folder["film.partial.mp4"]))
    #expect(try Data(contentsOf: folder["film.partial.mp4"]) == partial)
  }

  @Test func aFreshFilmLeavesNoPartialOne() throws {
    _ = try interrupt(after: 3, of: 5)
    var fresh = job
    fresh.fresh = true
    _ = try fresh.run(quietly: SyntheticSource(count: 5))
    #expect(try folder.names == ["film.mp4"])
  }

  /// It would be neither made nor opened, for ever.
  @Test func aLinkThatLeadsNowhereIsRefused() throws {
    try FileManager.default.createSymbolicLink(atPath: job.folder.path, withDestinationPath: "/nonexistent/folder")
    #expect(refusal { try job.run(quietly: SyntheticSource(count: 2)) }.contains("cannot create \(job.folder.path)"))
  }

  /// A killed process may leave a record before there is a frame.
  @Test func aRecordWithoutFramesBindsNobody() throws {
    _ = try interrupt(after: 3, of: 5)
    for name in try frameFiles { try FileManager.default.removeItem(at: job.folder.appendingPathComponent(name)) }
    let source = SyntheticSource(count: 5)
    let record = source.record(script: "another")
    #expect(
      try job.render(Shard(1, of: 2)!, of: source, atOnce: 1, record: record, progress: ProgressPrinter(style: .quiet))
        == .finished(pictures: 2, rendered: 2, missing: 3))
    #expect(refusal { try job.run(quietly: source) }.contains("the script or an option has changed"))
  }

  @Test func aFrameThatFailsIsNamedAndTheOthersStay() throws {
    struct Flat: Error {}
    let error = #expect(throws: JobError.self) {
      try job.run(quietly: SyntheticSource(count: 10) { if $0 == 6 { throw Flat() } })
    }
    guard case .frame(index: 6, count: 10, cause: is Flat)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("frame 6 of 0 to 9") == true)
    #expect(try frameFiles.count == 6)
    #expect(try folder.names == ["film.mp4.job"])
    let source = SyntheticSource(count: 10)
    _ = try job.run(quietly: source)
    #expect(source.rendered == [6, 7, 8, 9])
    #expect(try Data(contentsOf: folder["film.mp4"]) == wholeFilm(10))
  }

  @Test func aFailureBeforeTheFirstFrameLeavesNothing() throws {
    struct Broken: Error {}
    #expect(throws: JobError.self) { try job.run(quietly: SyntheticSource(count: 3) { _ in throw Broken() }) }
    #expect(try folder.names == [])
  }

  @Test(arguments: ["empty", "half", "other size", "noise", "huge", "pipe"]) func brokenFramesAreRenderedAnew(
    damage: String
  ) throws {
    _ = try interrupt(after: 8, of: 12)
    let file = job.folder.appendingPathComponent("000003.png")
    let whole = try Data(contentsOf: file)
    switch damage {
    case "empty": try Data().write(to: file)
    case "half": try whole.prefix(whole.count / 2).write(to: file)
    case "huge": truncate(file.path, 1 << 40)
    case "pipe":
      unlink(file.path)
      mkfifo(file.path, 0o600)
    case "other size": try Image.pattern(width: 8, height: 8).write(to: file)
    default:
      var bytes = whole
      bytes[whole.count / 2] ^= 0xff
      try bytes.write(to: file)
    }
    let source = SyntheticSource(count: 12)
    #expect(try job.run(quietly: source) == .finished(frames: 12, rendered: 5))
    #expect(source.rendered == [3, 8, 9, 10, 11])
    #expect(try Data(contentsOf: folder["film.mp4"]) == wholeFilm(12))
  }

  /// Back and forth over seven pictures.
  @Test(arguments: [nil, 3]) func framesThatAreThereAlreadyAreRepeated(stop: Int?) throws {
    let first: @Sendable (Int) -> Int = { min($0, 12 - $0) }
    let alone = try ScratchFolder()
    _ = try FilmJob(output: alone["film.mp4"]).run(quietly: SyntheticSource(count: 12, first: first))
    if let stop {
      let interruption = Interruption()
      _ = try job.run(
        quietly: SyntheticSource(
          count: 12, before: { if $0 == stop { interruption.request() } }, first: first),
        interruption: interruption)
    }
    let source = SyntheticSource(count: 12, first: first)
    var job = job
    job.keepFrames = true
    _ = try job.run(quietly: source)
    #expect(source.rendered == Array((stop.map { $0 + 1 } ?? 0)..<7))
    #expect(try frameFiles.count == 12)
    #expect(try Data(contentsOf: folder["film.mp4"]) == Data(contentsOf: alone["film.mp4"]))
    // Of two frames that show the same, one that is lost is taken from the other, if that comes first.
    for name in ["000003.png", "000009.png", "000010.png"] {
      try FileManager.default.removeItem(at: job.folder.appending(path: name))
    }
    let again = SyntheticSource(count: 12, first: first)
    _ = try job.run(quietly: again)
    #expect(again.rendered == [3])
  }

  @Test func whatWasFoundOutBeforeIsKeptUntilTheFilmIsWhole() throws {
    func source(_ stop: Interruption? = nil) -> SyntheticSource {
      SyntheticSource(count: 5, before: { if $0 == 2 { stop?.request() } }, preparation: [1, 2, 3])
    }
    let stop = Interruption()
    let first = source(stop)
    _ = try job.run(quietly: first, interruption: stop)
    let second = source()
    #expect(try job.run(quietly: second) == .finished(frames: 5, rendered: 2))
    #expect(first.given == [nil] && second.given == [[1, 2, 3]])
    #expect(try folder.names == ["film.mp4"])
    let third = source()
    _ = try job.run(quietly: third)
    #expect(third.given == [nil])
  }

  /// What lies there in the name of an earlier run may be anything: it is found out anew.
  @Test(arguments: ["damaged", "foreign", "without digest", "empty", "huge", "pipe"])
  func whatIsKeptIsNotTrusted(damage: String) throws {
    func stopped(_ job: FilmJob, _ record: JobRecord? = nil) throws -> URL {
      let stop = Interruption()
      let source = SyntheticSource(count: 5, before: { if $0 == 2 { stop.request() } }, preparation: [1, 2, 3])
      _ = try job.run(quietly: source, record: record, interruption: stop)
      return job.folder.appendingPathComponent("preparation")
    }
    let file = try stopped(job)
    var bytes = try [UInt8](Data(contentsOf: file))
    switch damage {
    case "damaged":
      bytes[bytes.count - 1] ^= 1
      try Data(bytes).write(to: file)
    case "foreign":
      let other = FilmJob(output: folder["other.mp4"])
      let source = SyntheticSource(count: 5)
      bytes = try [UInt8](Data(contentsOf: stopped(other, source.record(script: "another"))))
      try FileManager.default.removeItem(at: other.folder)
      try FileManager.default.removeItem(at: other.partial)
      try Data(bytes).write(to: file)
    case "without digest": try Data([1, 2, 3]).write(to: file)
    case "empty": try Data().write(to: file)
    case "huge": truncate(file.path, 1 << 40)
    default:
      unlink(file.path)
      mkfifo(file.path, 0o600)
    }
    let source = SyntheticSource(count: 5, preparation: [4])
    #expect(try job.run(quietly: source) == .finished(frames: 5, rendered: 2))
    #expect(source.given == [nil])
    #expect(try folder.names == ["film.mp4"])
    #expect(try Data(contentsOf: folder["film.mp4"]) == wholeFilm(5))
  }

  /// What a preparation has looked at is there when it begins anew, and goes when it is done; frames stay either way.
  @Test func aPreparationGoesOnWhereItStopped() throws {
    let interruption = Interruption()
    let first = SketchingSource(stopAfter: 3, interruption)
    #expect(
      try job.run(first, record: first.record, progress: ProgressPrinter(style: .quiet), interruption: interruption)
        == .interrupted(done: 0, frames: 2, partial: nil))
    #expect(first.made == [0, 1, 2])
    try Data("no picture".utf8).write(to: job.folder.appendingPathComponent("sketch-1.png"))
    let second = SketchingSource()
    var job = job
    job.keepFrames = true
    _ = try job.run(second, record: second.record, progress: ProgressPrinter(style: .quiet))
    #expect(second.made == [1, 3, 4, 5])
    let names = try FileManager.default.contentsOfDirectory(atPath: job.folder.path).sorted()
    #expect(names == [".lock", "000000.png", "000001.png", "job.json", "preparation"])

    try Data("damaged".utf8).write(to: job.folder.appendingPathComponent("preparation"))
    let stop = Interruption()
    let third = SketchingSource(stopAfter: 1, stop)
    #expect(
      try job.run(third, record: third.record, progress: ProgressPrinter(style: .quiet), interruption: stop)
        == .interrupted(done: 2, frames: 2, partial: nil))
    #expect(try frameFiles == ["000000.png", "000001.png", "sketch-0.png"])
  }

  /// Whose they are nobody knows: they stay until they are thrown away by name.
  @Test func framesWithoutARecordAreRefused() throws {
    _ = try interrupt(after: 3, of: 5)
    try FileManager.default.removeItem(at: job.folder.appendingPathComponent("job.json"))
    let source = SyntheticSource(count: 5)
    var joining = job
    joining.joins = true
    for message in [
      refusal { try job.render(quietly: Shard(1, of: 2)!, of: source) }, refusal { try job.run(quietly: source) },
      refusal { try joining.run(quietly: source) },
    ] {
      #expect(message.contains("its job.json is missing"))
    }
    #expect(try frameFiles.count == 3)
    #expect(source.rendered.isEmpty)
    var fresh = job
    fresh.fresh = true
    #expect(try fresh.run(quietly: source) == .finished(frames: 5, rendered: 5))
  }

  @Test func askedToStopWhileItIsFoundOut() throws {
    let interruption = Interruption()
    interruption.request()
    let source = SyntheticSource(count: 5, preparation: [1])
    #expect(try job.run(quietly: source, interruption: interruption) == .interrupted(done: 0, frames: 5, partial: nil))
    #expect(try folder.names == [])
  }

  @Test func framesAheadAreNewOnes() throws {
    let source = SyntheticSource(count: 20, first: { $0 < 12 ? 0 : $0 })
    let ahead = FramesAhead(source, atOnce: 3)
    for index in [0, 12, 13] { _ = try ahead.frame(at: index) }
    _ = try ahead.frame(at: 19)
    #expect(Set(source.rendered).isDisjoint(with: 1..<12))
  }

  @Test func whatAKilledProcessLeftDoesNotMatter() throws {
    _ = try interrupt(after: 3, of: 5)
    try Data("half a film".utf8).write(to: job.folder.appendingPathComponent(".abc.part"))
    _ = try job.run(quietly: SyntheticSource(count: 5))
    #expect(try folder.names == ["film.mp4"])
    #expect(try Data(contentsOf: folder["film.mp4"]) == wholeFilm(5))
  }

  @Test(arguments: [
    ("another script", "emoji", "1", "the script or an option has changed"),
    ("a car, then a tiger", "other", "1", "another model"),
    ("a car, then a tiger", "emoji", "2", "version 1, and this is 2"),
  ])
  func framesOfAnotherJobAreRefused(script: String, model: String, version: String, reason: String) throws {
    _ = try interrupt(after: 3, of: 5)
    let source = SyntheticSource(count: 5)
    let record = source.record(script: script, model: model, version: version)
    let error = #expect(throws: JobError.self) { try job.run(quietly: source, record: record) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    #expect(error?.description.contains("--fresh") == true)
    #expect(source.rendered == [])
    #expect(try frameFiles.count == 3)

    var fresh = job
    fresh.fresh = true
    #expect(try fresh.run(quietly: source, record: record) == .finished(frames: 5, rendered: 5))
    #expect(try Data(contentsOf: folder["film.mp4"]) == wholeFilm(5))
  }

  @Test func anotherNumberOfFramesIsRefused() throws {
    _ = try interrupt(after: 3, of: 5)
    let error = #expect(throws: JobError.self) { try job.run(quietly: SyntheticSource(count: 6)) }
    #expect(error?.description.contains("5 frames, and now 6") == true)
  }

  @Test(arguments: ["", "{", "{}", "[1]"]) func anUnreadableRecordIsRefused(text: String) throws {
    _ = try interrupt(after: 3, of: 5)
    try Data(text.utf8).write(to: job.folder.appendingPathComponent("job.json"))
    let error = #expect(throws: JobError.self) { try job.run(quietly: SyntheticSource(count: 5)) }
    #expect(error?.description.contains("job.json cannot be read") == true)
  }

  @Test func framesCanBeKept() throws {
    var job = job
    job.keepFrames = true
    _ = try job.run(quietly: SyntheticSource(count: 4))
    #expect(try folder.names == ["film.mp4", "film.mp4.job"])
    #expect(try frameFiles == ["000000.png", "000001.png", "000002.png", "000003.png"])
    #expect(
      try Image(contentsOf: job.folder.appendingPathComponent("000002.png")) == .pattern(width: 64, height: 48, seed: 2)
    )
    let source = SyntheticSource(count: 4)
    #expect(try job.run(quietly: source) == .finished(frames: 4, rendered: 0))
    #expect(source.rendered == [])
  }

  @Test func othersFilesInTheFolderStay() throws {
    _ = try interrupt(after: 3, of: 5)
    let names = ["+00001.png", "1.png", "notes.txt"]
    for name in names { try Data("mine".utf8).write(to: job.folder.appendingPathComponent(name)) }
    _ = try job.run(quietly: SyntheticSource(count: 5))
    #expect(try FileManager.default.contentsOfDirectory(atPath: job.folder.path).sorted() == names)
  }

  @Test func aSecondProcessIsRefused() throws {
    let job = job
    let source = SyntheticSource(count: 3) { index in
      guard index == 1 else { return }
      let error = #expect(throws: JobError.self) { try job.run(quietly: SyntheticSource(count: 3)) }
      #expect(
        error?.description
          == "another process renders into \(job.folder.path); wait until it ends, or give another -o")
    }
    #expect(try job.run(quietly: source) == .finished(frames: 3, rendered: 3))
  }

  @Test(arguments: ["film.avi", "no/such/folder/film.mp4", "taken.mp4"])
  func anUnwritableOutputIsFoundBeforeTheFirstFrame(name: String) throws {
    try FileManager.default.createDirectory(at: folder["taken.mp4"], withIntermediateDirectories: false)
    let source = SyntheticSource(count: 3)
    let error = #expect(throws: JobError.self) { try FilmJob(output: folder[name]).run(quietly: source) }
    #expect(error?.description.contains(name) == true, "\(String(describing: error))")
    #expect(source.rendered == [])
    #expect(try folder.names == ["taken.mp4"])
  }

  @Test func askedToStopBeforeTheFirstFrame() throws {
    let interruption = Interruption()
    interruption.request()
    let outcome = try job.run(quietly: SyntheticSource(count: 3), interruption: interruption)
    #expect(outcome == .interrupted(done: 0, frames: 3, partial: nil))
    #expect(try folder.names == [])
  }

  /// The limit on a file's size stands in for a full disk: frames fit, the film does not.
  @Test func fullDisk() async throws {
    await #expect(processExitsWith: .success) { [path = folder["film.mp4"].path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 20_000, rlim_max: 20_000)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let job = FilmJob(output: URL(fileURLWithPath: path), settings: FilmSettings(crf: 0))
      do {
        _ = try job.run(quietly: SyntheticSource(count: 100))
        preconditionFailure("the film cannot be written")
      } catch {
        precondition("\(error)".contains("File too large"), "\(error)")
      }
    }
    #expect(try folder.names == ["film.mp4.job"])
    #expect(try !FileManager.default.contentsOfDirectory(atPath: job.folder.path).contains { $0.hasSuffix(".part") })
    #expect(try job.run(quietly: SyntheticSource(count: 100)) != .finished(frames: 100, rendered: 100))
    #expect(try Data(contentsOf: folder["film.mp4"]) == wholeFilm(100))
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalAsksToStop(number: Int32) async throws {
    let run = (path: folder["film.mp4"].path, number: number)
    await #expect(processExitsWith: .success) { [path = run.path as String, number = run.number as Int32] in
      let job = FilmJob(output: URL(fileURLWithPath: path))
      let interruption = Interruption(signals: true)
      let source = SyntheticSource(count: 9) { index in
        guard index == 4 else { return }
        kill(getpid(), number)
        while !interruption.isRequested { sched_yield() }
      }
      let outcome = try job.run(quietly: source, interruption: interruption)
      precondition(outcome == .interrupted(done: 5, frames: 9, partial: job.partial), "\(outcome)")
      precondition(
        "\(outcome)"
          == "interrupted after 5 of 9 frames; film.partial.mp4 shows them; run the same command again to go on")
    }
    #expect(try frames(of: folder["film.partial.mp4"]) == 5)
  }
}
