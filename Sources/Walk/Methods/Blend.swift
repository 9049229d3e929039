/// Latent blending: the pictures between two keyframes share the first steps of their runs.
///
/// After latentblending by L. Stroh and J. Pörtner (github.com/lunarring/latentblending, 2023). Both keyframes are
/// denoised in full and every latent on the way is kept. A branch goes off from the mix of its two nearest kept runs
/// with its own prompt and guidance, and is kept in its turn; each one is set into the widest gap that the pictures
/// still show. Unlike there, a frame between two branches is not a cross-fade of their pictures: it is denoised from
/// the mix of their latents.
public struct Blend: Sendable, Hashable {
  /// The share of a run that the first branches take from both keyframes, 0 to below 1.
  public var depth: Double
  /// How many branches are kept between two keyframes.
  public var branches: Int
  /// The share of a run that a frame takes from the branches around it: `depth` at least, and below 1.
  public var frameDepth: Double
  /// How branches and frames are drawn towards the runs that they come from.
  public var crossfeed: Crossfeed
  /// How each keyframe is drawn towards the one before it. With it keyframes are no longer the plain walk's pictures.
  public var firstCrossfeed: Crossfeed
  /// What stands between two branches.
  public var between: Between

  public enum Between: String, Sendable, CaseIterable {
    /// Pictures that are denoised, each for itself.
    case denoise
    /// Cross-fades of the branches' pictures, which cost nothing and look like it.
    case fade
  }

  public static let standard = Blend()

  public init(
    depth: Double = 0.35, branches: Int = 8, frameDepth: Double = 0.6,
    crossfeed: Crossfeed = Crossfeed(power: 0.3, range: 0.6, decay: 0.9), firstCrossfeed: Crossfeed = .none,
    between: Between = .denoise
  ) {
    self.depth = depth
    self.branches = branches
    self.frameDepth = frameDepth
    self.crossfeed = crossfeed
    self.firstCrossfeed = firstCrossfeed
    self.between = between
  }

  /// The evaluation at which a frame leaves the branches around it, of `evaluations` in a whole run.
  package func frameStart(of evaluations: Int) -> Int {
    min(Int(Double(evaluations) * frameDepth), evaluations - 1)
  }

  /// The evaluation at which each branch leaves its parents, in the order in which the branches are made.
  ///
  /// From `depth` to `frameDepth` there are levels a tenth of the run apart. The earlier a level, the more branches it
  /// gets, one more than the next at most; where there are fewer branches than levels, some levels are left out.
  package func starts(of evaluations: Int) -> [Int] {
    let last = frameStart(of: evaluations)
    let first = min(Int(Double(evaluations) * depth), last)
    var levels = Array(stride(from: first, through: last, by: (evaluations + 9) / 10))
    if branches < levels.count {
      levels = (0..<branches).map { levels[branches == 1 ? 0 : $0 * (levels.count - 1) / (branches - 1)] }
    }
    var counts = levels.map { _ in 1 }
    while counts.reduce(0, +) < branches {
      let level = counts.indices.dropLast().first { counts[$0 + 1] >= counts[$0] } ?? counts.count - 1
      counts[level] += 1
    }
    return zip(levels, counts).flatMap { Array(repeating: $0, count: $1) }
  }
}
