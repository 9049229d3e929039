public import Pixels

/// The frames of a walk, painted on demand, in any order and from any thread.
///
/// Frame i is a pure function of timeline, mixes, painter and i. Text is encoded once, and pictures are led back
/// to noise once, when the walk is made.
public final class WalkFrames: Sendable {
  public let timeline: Timeline
  /// How many frames are best asked for at the same time.
  public let picturesAtOnce: Int
  private let method: any PaintingMethod
  /// The pictures taken up last, for frames that show the same again: those of a hold.
  private let recent = Recent<WalkState, Image>(keeping: 4)

  /// The plain walk.
  public convenience init(
    _ timeline: Timeline, painter: any Painter, promptMix: Mix = .lerp, noiseMix: Mix = .slerp
  ) throws {
    let scene = try Scene(timeline, painter: painter, promptMix: promptMix, noiseMix: noiseMix)
    self.init(timeline, PlainPainting(scene: scene, painter: painter), atOnce: painter.picturesAtOnce)
  }

  /// A walk by another method, which has to see into the engine's runs.
  public convenience init(
    _ timeline: Timeline, painter: EnginePainter, promptMix: Mix = .lerp, noiseMix: Mix = .slerp, method: Method
  ) throws {
    let scene = try Scene(timeline, painter: painter, promptMix: promptMix, noiseMix: noiseMix)
    let painting: any PaintingMethod =
      switch method {
      case .walk: PlainPainting(scene: scene, painter: painter)
      case .blend(let blend): Blending(blend, scene, painter)
      }
    self.init(timeline, painting, atOnce: painter.picturesAtOnce)
  }

  private init(_ timeline: Timeline, _ method: any PaintingMethod, atOnce: Int) {
    self.timeline = timeline
    self.method = method
    picturesAtOnce = atOnce
  }

  public var count: Int { timeline.count }

  /// The picture of a frame, 0 to `count` − 1.
  public func frame(at index: Int) throws -> Image { try picture(of: timeline.state(at: index)) }

  /// The picture of a mix of keyframes that need not lie on the walk's way.
  package func picture(of weights: [Weight]) throws -> Image {
    try picture(of: WalkState(weights, of: timeline.keyframes))
  }

  private func picture(of state: WalkState) throws -> Image {
    try recent.value(for: state) { try method.paint(state) }
  }

  /// The work so far, where the method shares some of it between pictures; nil for the plain walk.
  public var work: Work? { method.work }
}
