package import Diffusion
public import Pixels

/// The frames of a walk, painted on demand, in any order and from any thread.
///
/// Frame i is a pure function of timeline, mixes, painter and i. Text is encoded once, and pictures are led back
/// to noise once, when the walk is made.
public final class WalkFrames: Sendable {
  public let timeline: Timeline
  /// How many frames are best asked for at the same time.
  public let picturesAtOnce: Int
  private let scene: Scene
  private let method: any PaintingMethod
  /// Evaluations that led pictures back to noise.
  private let inversion: Int
  /// The pictures taken up last, for frames that show the same again: those of a hold.
  private let recent = Recent<WalkState, Image>(keeping: 4)

  /// The plain walk. Where `noiseMix` is nil, it is the one that goes with the timeline's path.
  public convenience init(
    _ timeline: Timeline, painter: any Painter, promptMix: Mix = .lerp, noiseMix: Mix? = nil
  ) throws {
    let scene = try Scene(
      timeline, painter: painter, promptMix: promptMix, noiseMix: noiseMix ?? timeline.path.noiseMix)
    self.init(scene, PlainPainting(scene: scene, painter: painter), inversion: 0, atOnce: painter.picturesAtOnce)
  }

  /// A walk by another method, which has to see into the engine's runs.
  public convenience init(
    _ timeline: Timeline, painter: EnginePainter, promptMix: Mix = .lerp, noiseMix: Mix? = nil, method: Method
  ) throws {
    let scene = try Scene(
      timeline, painter: painter, promptMix: promptMix, noiseMix: noiseMix ?? timeline.path.noiseMix)
    let painting: any PaintingMethod =
      switch method {
      case .walk: PlainPainting(scene, painter)
      case .blend(let blend): Blending(blend, scene, painter)
      case .attention(let attention): AttentionPainting(attention, scene, painter)
      }
    self.init(
      scene, painting, inversion: scene.inversions * painter.evaluationsOfInversion, atOnce: painter.picturesAtOnce)
  }

  private init(_ scene: Scene, _ method: any PaintingMethod, inversion: Int, atOnce: Int) {
    timeline = scene.timeline
    self.scene = scene
    self.method = method
    self.inversion = inversion
    picturesAtOnce = atOnce
  }

  /// The walk with its frames placed as its spacing asks.
  public func placed(by survey: Survey) -> WalkFrames {
    WalkFrames(scene.with(timeline.placed(by: survey)), method, inversion: inversion, atOnce: picturesAtOnce)
  }

  public var count: Int { timeline.count }

  /// The picture of a frame, 0 to `count` − 1.
  public func frame(at index: Int) throws -> Image { try picture(of: timeline.state(at: index)) }

  /// What the picture of a frame is made of: the noise that it begins with, and what the denoiser is told.
  package func ingredients(of index: Int) -> (noise: Latent, conditioning: Conditioning) {
    let state = timeline.state(at: index)
    var noise = scene.noise(for: state)
    return (noise(0), scene.conditioning(for: state))
  }

  /// The picture of a mix of keyframes that need not lie on the walk's way.
  package func picture(of weights: [Weight]) throws -> Image {
    try picture(of: WalkState(weights, of: timeline.keyframes))
  }

  /// The picture of a moment of the walk.
  public func picture(of state: WalkState) throws -> Image {
    try recent.value(for: state) { try method.paint(state) }
  }

  /// What the network was asked so far, for pictures, a survey and the inversion of keyframes' pictures; nil where the
  /// painter is no engine.
  public var work: Work? {
    method.work.map { Work(evaluations: $0.evaluations + inversion, plain: $0.plain + inversion) }
  }
}
