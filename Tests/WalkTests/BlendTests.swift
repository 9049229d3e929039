import Diffusion
import Dispatch
import Foundation
import Pixels
import Synchronization
import TestSupport
import Testing
import Walk

@Suite(.timeLimit(.minutes(10))) struct BlendTests {
  /// Latentblending's rule: a level a tenth of the run, early levels with more branches.
  @Test(arguments: [
    (Blend(depth: 0.3, branches: 10, frameDepth: 0.6), 10, [3, 3, 3, 3, 4, 4, 4, 5, 5, 6]),
    (Blend(depth: 0.35, branches: 8, frameDepth: 0.6), 20, [7, 7, 7, 9, 9, 9, 11, 11]),
    (Blend(depth: 0.5, branches: 2, frameDepth: 0.9), 20, [10, 18]),
    (Blend(depth: 0.5, branches: 1, frameDepth: 0.9), 20, [10]),
    (Blend(depth: 0, branches: 0, frameDepth: 0.9), 20, []),
    (Blend(depth: 1, branches: 3, frameDepth: 1), 4, [3, 3, 3]),
  ])
  func earlyLevelsHaveMoreBranches(blend: Blend, evaluations: Int, starts: [Int]) {
    #expect(blend.starts(of: evaluations) == starts)
  }

  @Test func crossfeedFallsToItsEnd() {
    let crossfeed = Crossfeed(power: 0.8, range: 0.6, decay: 0.5)
    let shares = (4..<10).map { crossfeed.share(at: $0, from: 4, of: 10) }
    #expect(shares == [0.8, 0.4, 0, 0, 0, 0])
    #expect(Crossfeed(power: 0.5, range: 1, decay: 0).share(at: 2, from: 0, of: 5) == 0.25)
    #expect(Crossfeed.none.share(at: 0, from: 0, of: 10) == 0)
  }

  static let kinds: [SchedulerKind] = [
    .euler, .eulerAncestral, .dpmpp2M, .dpmpp2MSDE, .dpmpp2S, .pndm, .lms, .unipc, .heun,
  ]

  @Test(arguments: kinds) func keyframesAreThePlainWalks(_ kind: SchedulerKind) throws {
    let timeline = try Stage.timeline
    let (plain, blended) = (try Stage.walk(timeline, .walk, kind), try Stage.walk(timeline, .blend(Blend()), kind))
    for frame in timeline.frames {
      #expect(try blended.frame(at: frame) == plain.frame(at: frame), "frame \(frame)")
    }
    #expect(try blended.frame(at: 3) != plain.frame(at: 3))
  }

  /// With nothing shared and nothing fed across, what is left is the plain walk: arcs of arcs are arcs.
  @Test(arguments: kinds) func withoutDepthItIsThePlainWalk(_ kind: SchedulerKind) throws {
    let timeline = try Stage.timeline
    let plain = try Stage.walk(timeline, .walk, kind)
    let blended = try Stage.walk(
      timeline, .blend(Blend(depth: 0, branches: 3, frameDepth: 0, crossfeed: .none)), kind)
    for frame in 0..<timeline.count {
      let (a, b) = (try plain.frame(at: frame), try blended.frame(at: frame))
      // Arcs are rounded at every branch, which a few steps of a model of random weights enlarge.
      #expect(a.largestDifference(from: b) <= 3, "frame \(frame)")
    }
  }

  @Test func aFrameIsAPureFunctionOfItsIndex() throws {
    let timeline = try Stage.timeline
    let method = Method.blend(Blend(branches: 3, firstCrossfeed: Crossfeed(power: 0.4, range: 0.5, decay: 0.5)))
    let run = try Stage.walk(timeline, method, .eulerAncestral)
    let pictures = try (0..<run.count).map(run.frame)
    for index in [9, 2, 7, 0, 5] {
      #expect(try Stage.walk(timeline, method, .eulerAncestral).frame(at: index) == pictures[index])
    }
    let together = try Stage.walk(timeline, method, .eulerAncestral)
    let found = Mutex([Int: Image]())
    DispatchQueue.concurrentPerform(iterations: together.count) { index in
      let picture = try? together.frame(at: index)
      found.withLock { $0[index] = picture }
    }
    #expect(found.withLock { found in pictures.indices.allSatisfy { found[$0] == pictures[$0] } })
  }

  /// The branches stand at places of their own: another film through the same keyframes shows the same pictures there.
  @Test func picturesDoNotDependOnTheFramesOfTheFilm() throws {
    let method = Method.blend(Blend(branches: 3))
    let (few, many) = (
      try Stage.walk(Stage.timeline(5), method, .euler), try Stage.walk(Stage.timeline(9), method, .euler)
    )
    for frame in 0...4 { #expect(try few.frame(at: frame) == many.frame(at: 2 * frame)) }
  }

  /// Towards a branch frames come to its picture, from both sides.
  @Test(arguments: [SchedulerKind.euler, .dpmpp2M, .unipc]) func framesComeToTheirBranch(_ kind: SchedulerKind) throws {
    let method = Method.blend(Blend(branches: 1))
    let frames = try Stage.walk(Stage.timeline(1001), method, kind)
    let (before, at, after) = (try frames.frame(at: 499), try frames.frame(at: 500), try frames.frame(at: 501))
    for image in [before, after] {
      #expect(at.largestDifference(from: image) <= 8)
    }
    #expect(try frames.frame(at: 0).largestDifference(from: at) > 50)
  }

  @Test func firstCrossfeedDrawsKeyframesToTheFirst() throws {
    let timeline = try Stage.timeline
    func frames(_ power: Double) throws -> WalkFrames {
      try Stage.walk(
        timeline, .blend(Blend(branches: 1, firstCrossfeed: Crossfeed(power: power, range: 1, decay: 1))), .euler)
    }
    let (free, drawn, bound) = (try frames(0), try frames(0.5), try frames(1))
    let last = timeline.frames[1]
    let first = try free.frame(at: 0)
    #expect(try drawn.frame(at: 0) == first)
    func distance(_ frames: WalkFrames) throws -> Double { try dissimilarity(first, frames.frame(at: last)) }
    #expect(try distance(free) > distance(drawn))
    #expect(try distance(drawn) > distance(bound))
  }

  @Test func evaluationsAreCounted() throws {
    let timeline = try Stage.timeline(10)
    for (method, wanted) in [
      // Two keyframes of 6, three branches from 2, 2 and 3, and 8 frames from 3, of which one is a branch.
      (Method.blend(Blend(branches: 3, frameDepth: 0.5)), 2 * 6 + 4 + 4 + 3 + 8 * 3),
      (.blend(Blend(branches: 3, frameDepth: 0.5, between: .fade)), 2 * 6 + 4 + 4 + 3),
    ] {
      let frames = try Stage.walk(timeline, method, .euler)
      for index in 0..<frames.count { _ = try frames.frame(at: index) }
      #expect(frames.work == Work(evaluations: wanted, plain: 10 * 6))
      #expect(method.estimate(of: timeline, evaluations: 6).total == frames.work)
    }
  }
}
