import Foundation
import Pixels
import Render
import TestSupport
import Testing
import Video

/// Films whose frames several processes render.
@Suite(.timeLimit(.minutes(10))) struct ShardTests {
  let folder: ScratchFolder
  let job: FilmJob

  init() throws {
    folder = try ScratchFolder()
    job = FilmJob(output: folder["film.mp4"])
  }

  private var joining: FilmJob {
    var job = job
    job.joins = true
    return job
  }

  private func wholeFilm(_ source: SyntheticSource) throws -> Data {
    let other = try ScratchFolder()
    _ = try FilmJob(output: other["film.mp4"]).run(quietly: source)
    return try Data(contentsOf: other["film.mp4"])
  }

  @Test func thereAreNoOthers() {
    for (number, count) in [(0, 3), (4, 3), (-1, 3), (1, 0), (1, -1), (1, Shard.most + 1)] {
      #expect(Shard(number, of: count) == nil)
    }
  }

  /// Every picture is rendered once, whatever the number of shards and their order, and the film is that of one run.
  @Test(arguments: [1, 2, 3, 7, 12, 40], [12, 23]) func makeTheSameFilm(shards: Int, frames: Int) throws {
    let first: @Sendable (Int) -> Int = { min($0, 22 - $0) }
    var rendered: [Int] = []
    for number in (1...shards).reversed() {
      let source = SyntheticSource(count: frames, first: first)
      let outcome = try job.render(quietly: Shard(number, of: shards)!, of: source)
      rendered += source.rendered
      let own = source.rendered.count
      #expect(outcome == .finished(pictures: own, rendered: own, missing: 12 - rendered.count))
    }
    #expect(rendered.sorted() == Array(0..<12))
    let source = SyntheticSource(count: frames, first: first)
    #expect(try joining.run(quietly: source) == .finished(frames: frames, rendered: frames - 12))
    #expect(source.rendered == [])
    #expect(try Data(contentsOf: folder["film.mp4"]) == wholeFilm(SyntheticSource(count: frames, first: first)))
    #expect(try folder.names == ["film.mp4"])
  }

  @Test func nothingIsJoinedThatIsNotThere() throws {
    let source = SyntheticSource(count: 30, preparation: [1])
    let message = refusal { try joining.run(quietly: source) }
    #expect(message.hasPrefix("\(job.folder.path) lacks 30 pictures of the film's 30 frames: 0 to 29; render "))
    #expect(source.given == [])
    #expect(try folder.names == [])

    _ = try job.render(quietly: Shard(2, of: 3)!, of: source)
    for name in ["000012.png", "000014.png"] {
      try FileManager.default.removeItem(at: job.folder.appendingPathComponent(name))
    }
    #expect(refusal { try joining.run(quietly: source) }.contains(" lacks 22 "))
    #expect(refusal { try joining.run(quietly: source) }.contains(": 0 to 9, 12, 14, 20 to 29; "))
    // What is there stays, and serves the whole.
    let rest = SyntheticSource(count: 30)
    #expect(try job.run(quietly: rest) == .finished(frames: 30, rendered: 22))
    #expect(rest.rendered == Array(0..<10) + [12, 14] + Array(20..<30))
  }

  @Test func workSideBySide() throws {
    let (job, second) = (job, SyntheticSource(count: 9, preparation: [7]))
    let source = SyntheticSource(
      count: 9,
      before: { index in
        guard index == 1 else { return }
        _ = try job.render(quietly: Shard(2, of: 2)!, of: second)
        #expect(
          refusal { try job.run(quietly: SyntheticSource(count: 9)) }
            .hasPrefix("another process renders into \(job.folder.path); "))
      }, preparation: [7])
    #expect(
      try job.render(quietly: Shard(1, of: 2)!, of: source) == .finished(pictures: 4, rendered: 4, missing: 0))
    #expect(source.rendered == [0, 1, 2, 3] && second.rendered == [4, 5, 6, 7, 8])
    #expect(source.given == [nil] && second.given == [[7]])
  }

  @Test func framesOfAnotherJobAreRefused() throws {
    _ = try job.render(quietly: Shard(1, of: 2)!, of: SyntheticSource(count: 6))
    let source = SyntheticSource(count: 8)
    #expect(refusal { try job.render(quietly: Shard(1, of: 2)!, of: source) }.contains("6 frames, and now 8"))
    #expect(source.rendered == [])
  }

  @Test func aShardGoesOnWhereItStopped() throws {
    let interruption = Interruption()
    let stopped = try job.render(
      quietly: Shard(2, of: 2)!, of: SyntheticSource(count: 10) { if $0 == 6 { interruption.request() } },
      interruption: interruption)
    #expect(stopped == .interrupted(done: 2, pictures: 5))
    #expect("\(stopped)" == "interrupted after 2 of 5 pictures; run the same command again to go on")
    try Data().write(to: job.folder.appendingPathComponent("000005.png"))
    let source = SyntheticSource(count: 10)
    let outcome = try job.render(quietly: Shard(2, of: 2)!, of: source)
    #expect(outcome == .finished(pictures: 5, rendered: 4, missing: 5))
    #expect("\(outcome)" == "5 pictures, 4 of them rendered now; 5 of the film's are still missing")
    #expect(source.rendered == [5, 7, 8, 9])
  }

  /// What shards did about broken frames is told with the film; which picture stands in for one, the film decides.
  @Test func brokenFrames() throws {
    var job = FilmJob(output: folder["film.mkv"], settings: FilmSettings(codec: .ffv1), onBadFrame: .hold)
    func source() -> SyntheticSource {
      SyntheticSource(
        count: 8, before: { if [1, 4, 6].contains($0) { throw BrokenFrame("all is grey") } },
        again: { if $0 == 4 { throw BrokenFrame("all is black") } })
    }
    let first = try job.render(quietly: Shard(1, of: 2)!, of: source())
    #expect(first == .finished(pictures: 4, rendered: 4, missing: 4, repairs: Repairs(again: [1])))
    let second = try job.render(quietly: Shard(2, of: 2)!, of: source())
    #expect(second == .finished(pictures: 4, rendered: 3, missing: 1, repairs: Repairs(again: [6])))
    #expect(
      try job.run(quietly: source())
        == .finished(frames: 8, rendered: 1, repairs: Repairs(again: [1, 6], held: [4])))
    job.onBadFrame = .retry
    #expect(refusal { try job.render(quietly: Shard(2, of: 2)!, of: source()) }.hasPrefix("frame 4 of 0 to 7 failed"))
  }
}

extension FilmJob {
  /// Renders a share without a word.
  func render(
    quietly shard: Shard, of source: SyntheticSource, interruption: Interruption = Interruption()
  ) throws(JobError) -> ShardOutcome {
    try render(
      shard, of: source, atOnce: 1, record: source.record(), progress: ProgressPrinter(style: .quiet),
      interruption: interruption)
  }
}
