import Diffusion
import Scripts
import Walk

/// A walk given by prompts and seeds instead of a script.
struct PromptWalk {
  let prompts: [String]
  let seeds: [UInt64]
  let text: PromptOptions
  let images: ImageOptions?

  init(_ prompts: [String], seeds: Seeds?, _ text: PromptOptions, _ images: ImageOptions? = nil) {
    self.prompts = prompts
    self.seeds = seeds?.values ?? [Script.Default.seed]
    self.text = text
    self.images = images
  }

  /// Whether a formula depends on how long the film is.
  var countsTime: Bool { (text.guidances + (images?.strengths ?? [])).contains(where: \.countsTime) }

  /// The keyframes, spread evenly over `frames` frames, unless the pace says when each comes.
  ///
  /// As many prompts as seeds go together one by one; one prompt goes with every seed and one seed with every
  /// prompt; where there is one of each, the highest number of a picture counts. Other numbers are refused: nothing is
  /// dropped and nothing repeated by chance.
  func timeline(
    frames: Int, rate: FrameRate, _ way: WayOptions? = nil, _ pace: PaceOptions? = nil
  ) throws -> Timeline {
    let count = try keyframeCount()
    let said = try text.each(of: count)
    for prompt in prompts + said.map(\.negative) { _ = try PromptSum(prompt) }
    let pictures = try images?.pictures() ?? [:]
    let (loop, spacing) = (way?.loop ?? .none, way?.spacing ?? .time)
    let ways = loop == .closed ? count : count - 1
    let easings = try pace?.easings.spread(over: ways, "way", "--easing") ?? []
    if spacing != .time, let easing = easings.first(where: { $0 != .linear }) {
      throw Fault.usage(
        "--easing: found \(easing.rawValue) beside --spacing \(spacing.rawValue); expected one of the two, for frames that "
          + "are spaced evenly follow no curve")
    }
    var holds = try pace?.holds(of: count, at: rate) ?? Array(repeating: .zero, count: count)
    let starts: [Keyframe.Start]
    let closing: Time?
    if let times = try pace?.times(ofWays: ways, at: rate) {
      starts = [.at(.zero)] + times.prefix(count - 1).map { .after($0) }
      closing = loop == .closed ? times.last : nil
    } else {
      // Whole frames, so that the film has exactly as many as are asked for.
      holds = try holds.map { hold in
        guard let frames = hold.frames(at: rate, beatsPerMinute: pace?.bpm) else {
          throw Fault.usage("--hold: found \(hold); expected a time that a film can take")
        }
        return .frames(frames)
      }
      (starts, closing) = try evenStarts(of: count, over: frames, loop, holds.map(\.amount.rounded))
    }
    return try Timeline(
      (0..<count).map { index in
        Keyframe(
          prompt: prompts[prompts.count == 1 ? 0 : index], negative: said[index].negative,
          seed: seeds[seeds.count == 1 ? 0 : index], picture: pictures[index + 1]?.picture,
          strength: pictures[index + 1]?.strength ?? 1, guidance: said[index].guidance, start: starts[index],
          hold: holds[index], easing: easing(to: index, of: count, easings))
      }, rate: rate, beatsPerMinute: pace?.bpm, path: way?.path ?? .linear, loop: loop, closing: closing,
      spacing: spacing)
  }

  private func keyframeCount() throws -> Int {
    let last = images?.last ?? 0
    let named = max(prompts.count, seeds.count)
    let count = named == 1 ? max(1, last) : named
    guard prompts.count == seeds.count || min(prompts.count, seeds.count) == 1 else {
      throw Fault.usage(
        "found \(prompts.count.counted("prompt")) and \(seeds.count.counted("seed")); expected as many seeds as prompts, or one of either"
      )
    }
    guard count >= 2 else {
      throw Fault.usage(
        "found 1 prompt and 1 seed; expected two keyframes or more: give another prompt, or more --seeds")
    }
    guard last <= count else {
      throw Fault.usage(
        "--image: found a picture for keyframe \(last) of \(count); expected numbers from 1 to \(count)")
    }
    return count
  }

  /// The curve of the way that leads to a keyframe: the last of a closed loop leads to the first.
  private func easing(to keyframe: Int, of count: Int, _ easings: [Easing]) -> Easing {
    if easings.isEmpty { return .linear }
    if keyframe == 0 { return easings.count == count ? easings[count - 1] : .linear }
    return easings[keyframe - 1]
  }

  private func evenStarts(
    of count: Int, over frames: Int, _ loop: Loop, _ holds: [Int]
  ) throws -> ([Keyframe.Start], Time?) {
    if let even = Timeline.evenStarts(of: count, over: frames, loop: loop, holds: holds) { return even }
    let fewest = Timeline.fewestFrames(of: count, loop: loop, holds: holds)
    guard frames >= fewest else {
      let held = holds.contains { $0 > 0 } ? " that are held" : ""
      throw Fault.usage("found \(frames) frames for \(count) keyframes\(held); expected at least \(fewest) frames")
    }
    throw Fault.usage(
      "--loop pingpong: found \(frames) frames; expected an \(fewest.isMultiple(of: 2) ? "even" : "odd") number, for all "
        + "but the first and the last keyframe are shown twice")
  }
}
