import Diffusion
import Scripts
import Walk

/// A walk given by prompts and seeds instead of a script.
struct PromptWalk {
  let prompts: [String]
  let seeds: [UInt64]
  let negative: String
  let guidance: Double
  let easing: Easing
  let images: ImageOptions?

  init(
    _ prompts: [String], seeds: Seeds?, _ options: PromptOptions, _ images: ImageOptions? = nil,
    easing: Easing = .linear
  ) {
    self.prompts = prompts
    self.seeds = seeds?.values ?? [Script.Default.seed]
    negative = options.negative ?? ""
    guidance = options.guidance ?? Script.Default.guidance
    self.easing = easing
    self.images = images
  }

  /// The keyframes, spread evenly over `frames` frames.
  ///
  /// As many prompts as seeds go together one by one; one prompt goes with every seed and one seed with every
  /// prompt; where there is one of each, the highest number of a picture counts. Other numbers are refused: nothing is
  /// dropped and nothing repeated by chance.
  func timeline(frames: Int, rate: FrameRate, _ way: WayOptions? = nil) throws -> Timeline {
    let last = images?.last ?? 0
    let named = max(prompts.count, seeds.count)
    let count = named == 1 ? max(1, last) : named
    guard prompts.count == seeds.count || min(prompts.count, seeds.count) == 1 else {
      throw Fault.usage(
        "found \(prompts.count) prompts and \(seeds.count) seeds; expected as many seeds as prompts, or one of either")
    }
    guard count >= 2 else {
      throw Fault.usage(
        "found 1 prompt and 1 seed; expected two keyframes or more: give another prompt, or more --seeds")
    }
    guard last <= count else {
      throw Fault.usage(
        "--image: found a picture for keyframe \(last) of \(count); expected numbers from 1 to \(count)")
    }
    for prompt in prompts + [negative] { _ = try PromptSum(prompt) }
    let pictures = try images?.pictures() ?? [:]
    let (loop, spacing) = (way?.loop ?? .none, way?.spacing ?? .time)
    guard easing == .linear || spacing == .time else {
      throw Fault.usage(
        "--easing: found \(easing.rawValue) beside --spacing \(spacing.rawValue); expected one of the two, for frames that "
          + "are spaced evenly follow no curve")
    }
    guard loop != .pingpong || frames.isMultiple(of: 2) else {
      throw Fault.usage(
        "--loop pingpong: found \(frames) frames; expected an even number, for all but the first and the last keyframe "
          + "are shown twice")
    }
    guard let even = Timeline.evenStarts(of: count, over: frames, loop: loop) else {
      let fewest = loop == .pingpong ? 2 * count - 2 : count
      throw Fault.usage("found \(frames) frames for \(count) keyframes; expected at least \(fewest) frames")
    }
    return try Timeline(
      even.starts.enumerated().map { index, start in
        Keyframe(
          prompt: prompts[prompts.count == 1 ? 0 : index], negative: negative,
          seed: seeds[seeds.count == 1 ? 0 : index], picture: pictures[index + 1],
          strength: .constant(images?.strength ?? 1), guidance: .constant(guidance), start: start, easing: easing)
      }, rate: rate, path: way?.path ?? .linear, loop: loop, closing: even.closing, spacing: spacing)
  }
}
