import Foundation
import Pixels
import Render
import Synchronization
import TestSupport
import Testing
import Video

/// Frames that come out broken: mended, replaced, or the end of the film.
@Suite(.timeLimit(.minutes(10))) struct BrokenFramesTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func job(_ policy: BadFramePolicy) -> FilmJob {
    FilmJob(output: folder["film.mkv"], settings: FilmSettings(codec: .ffv1), onBadFrame: policy)
  }

  /// Eight frames of which `broken` are so, and `hopeless` stay so.
  private func source(broken: Set<Int>, hopeless: Set<Int> = []) -> SyntheticSource {
    SyntheticSource(
      count: 8, before: { if broken.contains($0) { throw BrokenFrame("all is grey") } },
      again: { if hopeless.contains($0) { throw BrokenFrame("all is black") } })
  }

  private func pictures() throws -> [[UInt8]] {
    var reader = try FilmReader(folder["film.mkv"])
    var pictures: [[UInt8]] = []
    while let image = try reader.next() { pictures.append(image.pixels) }
    return pictures
  }

  private var whole: [[UInt8]] {
    get throws {
      _ = try job(.stop).run(quietly: source(broken: []))
      return try pictures()
    }
  }

  @Test(arguments: [BadFramePolicy.retry, .hold]) func areRenderedAgain(policy: BadFramePolicy) throws {
    let whole = try whole
    let outcome = try job(policy).run(quietly: source(broken: [0, 5]))
    #expect(outcome == .finished(frames: 8, rendered: 8, repairs: Repairs(again: [0, 5])))
    #expect("\(outcome)" == "8 frames; broken and rendered again with full precision: frames 0, 5")
    #expect(try pictures() == whole)
    #expect(try folder.names == ["film.mkv"])
  }

  @Test(arguments: [(BadFramePolicy.stop, "all is grey"), (.retry, "all is black, with full precision too")])
  func stopTheFilmAndKeepItsFrames(policy: BadFramePolicy, reason: String) throws {
    let message = refusal { try job(policy).run(quietly: source(broken: [3], hopeless: [3])) }
    #expect(message.hasPrefix("frame 3 of 0 to 7 failed: \(reason); the frames before it are kept: "))
    #expect(message.contains("--on-bad-frame hold"))
    #expect(try folder.names == ["film.mkv.job"])

    let again = source(broken: [3], hopeless: [3])
    let outcome = try job(.hold).run(quietly: again)
    #expect(outcome == .finished(frames: 8, rendered: 5, repairs: Repairs(held: [3])))
    #expect(again.rendered == [4, 5, 6, 7])
    #expect("\(outcome)".hasSuffix("; broken and replaced by the one before: frame 3"))
  }

  @Test func aHeldFrameIsThatBefore() throws {
    var wanted = try whole
    let outcome = try job(.hold).run(quietly: source(broken: [2, 3, 6], hopeless: [2, 3]))
    #expect(outcome == .finished(frames: 8, rendered: 8, repairs: Repairs(again: [6], held: [2, 3])))
    (wanted[2], wanted[3]) = (wanted[1], wanted[1])
    #expect(try pictures() == wanted)
  }

  @Test func nothingIsHeldBeforeTheFirst() throws {
    let message = refusal { try job(.hold).run(quietly: source(broken: [0], hopeless: [0])) }
    #expect(message.hasPrefix("frame 0 of 0 to 7 failed: all is black"))
    #expect(try folder.names == [])
  }

  @Test func sourcesWithoutMorePrecisionAreNotAskedAgain() throws {
    let source = SyntheticSource(count: 3) { if $0 == 1 { throw BrokenFrame("all is grey") } }
    #expect(refusal { try job(.retry).run(quietly: source) }.hasPrefix("frame 1 of 0 to 2 failed: all is grey; "))
  }

  /// What was done in an earlier run is told in the end, and a frame that stood in for another is tried again.
  @Test func aResumedJobKnowsOfThem() throws {
    let interruption = Interruption()
    let first = SyntheticSource(
      count: 8,
      before: {
        if $0 == 4 { interruption.request() }
        if $0 == 1 || $0 == 3 { throw BrokenFrame("all is grey") }
      }, again: { if $0 == 3 { throw BrokenFrame("all is black") } })
    _ = try job(.hold).run(quietly: first, interruption: interruption)

    let second = source(broken: [6])
    let outcome = try job(.retry).run(quietly: second)
    #expect(outcome == .finished(frames: 8, rendered: 4, repairs: Repairs(again: [1, 6])))
    #expect(second.rendered == [3, 5, 7])
    #expect(try folder.names.filter { $0.hasSuffix(".job") } == [])
  }

  @Test(arguments: ProgressPrinter.Style.allCases) func areSaidInEveryStyle(style: ProgressPrinter.Style) throws {
    let said = Mutex("")
    let progress = ProgressPrinter(style: style, clock: { 0 }) { text in said.withLock { $0 += text } }
    let source = source(broken: [3])
    _ = try job(.retry).run(source, record: source.record(), progress: progress)
    #expect(said.withLock { $0 }.contains("frame 3: all is grey; rendered again with full precision"))
  }
}
