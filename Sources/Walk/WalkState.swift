/// What the film shows at one frame: how much of which keyframes.
///
/// Frames of equal state are the same picture.
public struct WalkState: Sendable, Hashable {
  /// The keyframe that the film comes from.
  public let from: Int
  /// The keyframe that it goes to; `from` itself while a keyframe stands.
  public let to: Int
  /// How far it has come, 0 to 1, easing included.
  public let progress: Double
  /// How much of which keyframes the picture holds: rising keyframes, weights that sum to 1.
  public let weights: [Weight]
  /// Mixed like the rest, but never beyond what the two keyframes say: a curve's overshoot is no wish of the author's.
  public let guidance: Double
  /// For each of the weights, how much its keyframe's picture counts; 0 without one.
  public let strengths: [Double]
  /// When it is shown, where it lies on a way and a formula of its keyframes reads the time; nil elsewhere.
  let time: FrameTime?

  /// Off the way: any mix, of at least one keyframe.
  init(_ weights: [Weight], of keyframes: [Keyframe]) {
    self.init(
      from: weights[0].keyframe, to: weights[weights.count - 1].keyframe, progress: 0, weights: weights, of: keyframes,
      .beginning, bounded: false)
  }

  /// On a keyframe.
  init(at index: Int, of keyframes: [Keyframe], _ time: FrameTime) {
    self.init(from: index, to: index, progress: 0, weights: [Weight(index, 1)], of: keyframes, time)
  }

  /// On the way between two.
  init(
    from: Int, to: Int, progress: Double, weights: [Weight], of keyframes: [Keyframe], _ time: FrameTime,
    bounded: Bool = true
  ) {
    self.from = from
    self.to = to
    self.progress = progress
    self.weights = weights
    let mixed = weights.mixed { keyframes[$0].guidance(at: time) }
    let ends = [from, to].map { keyframes[$0].guidance(at: time) }.sorted()
    guidance = bounded ? min(max(mixed, ends[0]), ends[1]) : mixed
    self.time = from != to && Self.readsTime(keyframes, [from, to] + weights.map(\.keyframe)) ? time : nil
    strengths = weights.map { keyframes[$0.keyframe].picture == nil ? 0 : keyframes[$0.keyframe].strength(at: time) }
  }

  private static func readsTime(_ keyframes: [Keyframe], _ indices: [Int]) -> Bool {
    indices.contains { !keyframes[$0].guidance.names.isEmpty || !keyframes[$0].strength.names.isEmpty }
  }
}

extension [Weight] {
  /// A number that every keyframe has, mixed.
  package func mixed(_ number: (_ keyframe: Int) -> Double) -> Double {
    reduce(0) { $0 + $1.value * number($1.keyframe) }
  }
}
