internal import Pixels

/// The runs that are kept between two keyframes, theirs included, in the order of their progress.
struct BlendTree: Sendable {
  private var branches: [Branch]
  /// How unlike the pictures of neighbours are: one less than `branches`.
  private var gaps: [Double]

  /// Grows from the keyframes' own runs by one branch for each of `starts`, always into the widest gap.
  ///
  /// `grow` makes the branch that leaves its parents before evaluation `start`, at a place between the keyframes.
  init(
    from left: Branch, to right: Branch, starts: [Int],
    grow: (_ start: Int, _ progress: Double, Parents) throws -> Branch
  ) rethrows {
    branches = [left, right]
    gaps = [left.appearance.dissimilarity(to: right.appearance)]
    for start in starts {
      let widest = widestGap
      let progress = (branches[widest].progress + branches[widest + 1].progress) / 2
      let branch = try grow(start, progress, parents(at: progress, owning: start))
      branches.insert(branch, at: widest + 1)
      gaps[widest] = branches[widest].appearance.dissimilarity(to: branch.appearance)
      gaps.insert(branch.appearance.dissimilarity(to: branches[widest + 2].appearance), at: widest + 1)
    }
  }

  /// Of gaps that look alike the longest.
  private var widestGap: Int {
    let sizes = gaps.indices.map { (gaps[$0], branches[$0 + 1].progress - branches[$0].progress) }
    return sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0
  }

  /// How many evaluations a whole run has.
  var evaluations: Int { branches[0].run.evaluations }

  /// The picture of a state that is a branch's own.
  func picture(of state: WalkState) -> Image? { branches.first { $0.state == state }?.picture }

  /// The nearest branches on both sides of a place that were on their own before evaluation `i`.
  func parents(at progress: Double, owning i: Int) -> Parents {
    let left = branches.last { $0.progress < progress && $0.run.first <= i }
    let right = branches.first { $0.progress > progress && $0.run.first <= i }
    guard let left, let right else { preconditionFailure("\(progress) does not lie between the keyframes") }
    return Parents(left: left, right: right, share: (progress - left.progress) / (right.progress - left.progress))
  }
}

/// A run at its place between two keyframes, 0 to 1, and the picture that it came to.
struct Branch: Sendable {
  let progress: Double
  let state: WalkState
  let run: Trajectory
  let picture: Image
  fileprivate let appearance: Appearance

  init(at progress: Double, of state: WalkState, _ run: Trajectory, _ picture: Image) {
    self.progress = progress
    self.state = state
    self.run = run
    self.picture = picture
    appearance = Appearance(picture)
  }
}

/// Two branches, and a place between them, 0 to 1.
struct Parents: Sendable {
  let left, right: Branch
  let share: Double

  /// The mix of where both stood before evaluation `i`.
  func moment(before i: Int) -> Moment { .arc(left.run.moment(before: i), right.run.moment(before: i), share) }
}
