internal import Diffusion
internal import Pixels

/// Paints a walk's pictures by attention interpolation.
///
/// Keys and values are kept of the two keyframes that the walk is between, or three where several pictures are made at
/// once and stand on both sides of a keyframe; older ones are made anew when they are asked for.
final class AttentionPainting: PaintingMethod {
  private let method: AttentionInterpolation
  private let scene: Scene
  private let painter: EnginePainter
  private let ends: Recent<Int, End>
  private let meter = WorkMeter()

  init(_ method: AttentionInterpolation, _ scene: Scene, _ painter: EnginePainter) {
    self.method = method
    self.scene = scene
    self.painter = painter
    ends = Recent(keeping: Self.keptEnds(atOnce: painter.picturesAtOnce))
  }

  /// How many keyframes' keys and values are kept where so many pictures are made at once.
  static func keptEnds(atOnce: Int) -> Int { atOnce > 1 ? 3 : 2 }

  var work: Work? { meter.work }

  func paint(_ state: WalkState) throws -> Image {
    guard state.from != state.to else {
      let end = try end(state.from)
      meter.count(pictures: 1, of: end.evaluations)
      if scene.isKeyframe(state) { return end.picture }
      meter.count(evaluations: end.evaluations)
      return try PlainPainting(scene: scene, painter: painter).paint(state)
    }
    let (from, to) = (try end(state.from), try end(state.to))
    // Formulas go by the film's clock, not by the place that the method's timing leads to.
    let state = scene.timeline.state(leg: state.from, at: method.place(at: state.progress), state.time)
    let mix = AttentionMix(method.variant, at: state.progress)
    var run = try Run(state, of: scene, by: painter)
    let (count, listening) = (from.evaluations, method.listening(of: from.evaluations))
    while !run.isFinished {
      if run.moment.index < listening {
        run.advance(between: from.memory, to.memory, mix)
      } else {
        run.advance()
      }
    }
    meter.count(pictures: 1, of: count)
    meter.count(evaluations: count)
    return try painter.picture(of: run.moment.standing.latent)
  }

  /// A keyframe's picture, with the keys and values of its run.
  private func end(_ keyframe: Int) throws -> End {
    try ends.value(for: keyframe) {
      var run = try Run(scene.state(ofKeyframe: keyframe), of: scene, by: painter)
      let count = run.moment.standing.evaluations
      var memory = AttentionMemory()
      while !run.isFinished {
        if run.moment.index < method.listening(of: count) {
          run.advance(keeping: &memory)
        } else {
          run.advance()
        }
      }
      meter.count(evaluations: count)
      return End(
        memory: memory, picture: try painter.picture(of: run.moment.standing.latent), evaluations: count)
    }
  }

  private struct End: Sendable {
    let memory: AttentionMemory
    let picture: Image
    let evaluations: Int
  }
}
