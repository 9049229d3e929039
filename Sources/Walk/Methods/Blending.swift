internal import Diffusion
internal import Pixels

/// Paints a walk's pictures by latent blending.
///
/// A picture is a pure function of the keyframes and of its own place between two of them: branches stand at places of
/// their own, whatever frames the film has. The runs of the last few keyframes and the trees of the last two segments
/// are kept; older ones are made anew when they are asked for.
final class Blending: PaintingMethod {
  private let blend: Blend
  private let scene: Scene
  private let painter: EnginePainter
  private let trunks = Recent<Int, Trunk>(keeping: keptTrunks)
  private let trees = Recent<Int, BlendTree>(keeping: keptTrees)
  private let meter = WorkMeter()

  static let (keptTrunks, keptTrees) = (3, 2)

  init(_ blend: Blend, _ scene: Scene, _ painter: EnginePainter) {
    self.blend = blend
    self.scene = scene
    self.painter = painter
  }

  var work: Work? { meter.work }

  func paint(_ state: WalkState) throws -> Image {
    if state.from == state.to {
      let trunk = try trunk(of: state.from)
      meter.count(pictures: 1, of: trunk.run.evaluations)
      if scene.isKeyframe(state) { return trunk.picture }
      meter.count(evaluations: trunk.run.evaluations)
      return try PlainPainting(scene: scene, painter: painter).paint(state)
    }
    let tree = try tree(leg: state.from)
    meter.count(pictures: 1, of: tree.evaluations)
    if let picture = tree.picture(of: state) { return picture }
    switch blend.between {
    case .denoise:
      let start = blend.frameStart(of: tree.evaluations)
      return try painter.picture(of: run(state, from: start, tree.parents(at: state.progress, owning: start)).latent)
    case .fade:
      let parents = tree.parents(at: state.progress, owning: tree.evaluations)
      return parents.left.picture.faded(into: parents.right.picture, parents.share)
    }
  }

  /// The tree of the way that leads away from a keyframe.
  private func tree(leg: Int) throws -> BlendTree {
    try trees.value(for: leg) {
      let ends = scene.timeline.state(leg: leg, at: 0)
      let (left, right) = (try trunk(of: ends.from), try trunk(of: ends.to))
      return try BlendTree(
        from: left.branch(at: 0), to: right.branch(at: 1), starts: blend.starts(of: left.run.evaluations)
      ) { start, progress, parents in
        let state = scene.timeline.state(leg: leg, at: progress)
        let run = try run(state, from: start, parents)
        return Branch(at: progress, of: state, run, try painter.picture(of: run.latent))
      }
    }
  }

  /// A keyframe's own run, from noise; all of it is its own but what it is drawn towards the keyframe before.
  private func trunk(of keyframe: Int) throws -> Trunk {
    try trunks.value(for: keyframe) {
      let before = blend.firstCrossfeed.power > 0 && keyframe > 0 ? try trunk(of: keyframe - 1) : nil
      let state = scene.state(ofKeyframe: keyframe)
      let start = try Run(state, of: scene, by: painter)
      let run = trajectory(start, blend.firstCrossfeed) { before?.run.moment(before: $0) }
      return Trunk(state: state, run: run, picture: try painter.picture(of: run.latent))
    }
  }

  /// A run that leaves its parents before evaluation `start`.
  private func run(_ state: WalkState, from start: Int, _ parents: Parents) throws -> Trajectory {
    let run = try Run(state, from: parents.moment(before: start), of: scene, by: painter)
    return trajectory(run, blend.crossfeed, towards: parents.moment)
  }

  /// Takes a run to its end, drawn towards another one.
  private func trajectory(
    _ run: Run, _ crossfeed: Crossfeed, towards other: (_ i: Int) -> Moment?
  ) -> Trajectory {
    let (first, count) = (run.moment.index, run.moment.standing.evaluations)
    meter.count(evaluations: count - first)
    return Trajectory(run) { i in
      let share = crossfeed.share(at: i, from: first, of: count)
      guard i > first, share > 0, let moment = other(i) else { return nil }
      return (moment, share)
    }
  }
}

/// A keyframe's run and picture.
private struct Trunk: Sendable {
  let state: WalkState
  let run: Trajectory
  let picture: Image

  func branch(at progress: Double) -> Branch { Branch(at: progress, of: state, run, picture) }
}
