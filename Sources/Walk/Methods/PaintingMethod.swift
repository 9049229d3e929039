internal import Pixels

/// A way to paint a walk's states.
protocol PaintingMethod: Sendable {
  /// The work so far; nil where nobody counts it.
  var work: Work? { get }

  /// The picture of a state; from any thread, in any order.
  func paint(_ state: WalkState) throws -> Image
}

/// Each picture from its own mix of noise and prompts, alone.
struct PlainPainting: PaintingMethod {
  let scene: Scene
  let painter: any Painter
  /// Counts runs of so many evaluations; nil where somebody else does.
  var count: (meter: WorkMeter, evaluations: Int)?

  init(scene: Scene, painter: any Painter) { (self.scene, self.painter) = (scene, painter) }

  /// One that counts what it asks of the network.
  init(_ scene: Scene, _ painter: EnginePainter) {
    self.init(scene: scene, painter: painter)
    count = (WorkMeter(), painter.evaluations)
  }

  var work: Work? { count?.meter.work }

  func paint(_ state: WalkState) throws -> Image {
    if let count {
      count.meter.count(pictures: 1, of: count.evaluations)
      count.meter.count(evaluations: count.evaluations)
    }
    var noise = try scene.noise(for: state)
    return try painter.paint(noise(0), scene.conditioning(for: state), guidance: state.guidance) { noise($0 + 1) }
  }
}
