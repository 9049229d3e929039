package import Diffusion
public import Pixels

/// The frames of a walk, painted on demand, in any order and from any thread.
///
/// Frame i is a pure function of timeline, mixes, painter and i. Text is encoded once, when the walk is made, and
/// pictures are led back to noise once, with the first frame that needs them.
public final class WalkFrames: Sendable {
  public let timeline: Timeline
  /// How many frames are best asked for at the same time.
  public let picturesAtOnce: Int
  private let scene: Scene
  private let method: any PaintingMethod
  /// Makes the method anew for other frames of the same keyframes.
  private let painting: @Sendable (Scene) -> any PaintingMethod
  /// What the network was asked to lead pictures back to noise.
  private let inversion: WorkMeter
  /// What it was asked by a method of other frames.
  private let asked: Work
  /// The pictures taken up last, for frames that show the same again: those of a hold.
  private let recent = Recent<WalkState, Image>(keeping: 4)

  /// The plain walk. Where `noiseMix` is nil, it is the one that goes with the timeline's path.
  public convenience init(
    _ timeline: Timeline, painter: any Painter, promptMix: Mix = .lerp, noiseMix: Mix? = nil
  ) throws {
    let scene = try Scene(
      timeline, painter: painter, promptMix: promptMix, noiseMix: noiseMix ?? timeline.path.noiseMix)
    self.init(scene, inversion: WorkMeter(), atOnce: painter.picturesAtOnce) {
      PlainPainting(scene: $0, painter: painter)
    }
  }

  /// A walk by another method, which has to see into the engine's runs.
  public convenience init(
    _ timeline: Timeline, painter: EnginePainter, promptMix: Mix = .lerp, noiseMix: Mix? = nil, method: Method
  ) throws {
    if timeline.keyframes.contains(where: { $0.picture != nil }) { try painter.checkInversion() }
    let (inversion, evaluations) = (WorkMeter(), painter.evaluationsOfInversion)
    let scene = try Scene(
      timeline, painter: painter, promptMix: promptMix, noiseMix: noiseMix ?? timeline.path.noiseMix
    ) {
      inversion.count(evaluations: evaluations)
      inversion.count(pictures: 1, of: evaluations)
    }
    self.init(scene, inversion: inversion, atOnce: painter.picturesAtOnce) { scene in
      switch method {
      case .walk: PlainPainting(scene, painter)
      case .blend(let blend): Blending(blend, scene, painter)
      case .attention(let attention): AttentionPainting(attention, scene, painter)
      }
    }
  }

  private convenience init(
    _ scene: Scene, inversion: WorkMeter, atOnce: Int, _ painting: @escaping @Sendable (Scene) -> any PaintingMethod
  ) {
    self.init(
      scene, painting(scene), painting, inversion: inversion, asked: Work(), atOnce: atOnce)
  }

  private init(
    _ scene: Scene, _ method: any PaintingMethod, _ painting: @escaping @Sendable (Scene) -> any PaintingMethod,
    inversion: WorkMeter, asked: Work, atOnce: Int
  ) {
    timeline = scene.timeline
    self.scene = scene
    self.method = method
    self.painting = painting
    self.inversion = inversion
    self.asked = asked
    picturesAtOnce = atOnce
  }

  /// The walk with its frames placed as its spacing asks.
  ///
  /// Throws where a formula gives a number beyond what it may be on a frame's new place.
  public func placed(by survey: Survey) throws(TimelineError) -> WalkFrames {
    let placed = timeline.placed(by: survey)
    guard placed != timeline else { return self }
    try placed.checkQuantities()
    let scene = scene.with(placed)
    // What the method has found out about keyframes holds, unless they stand elsewhere now and a formula heeds that.
    let heedsClock = !timeline.namesInFormulas.isDisjoint(with: [.frame, .seconds, .beat])
    if heedsClock, placed.frames != timeline.frames {
      let before = method.work.map { $0 + asked } ?? asked
      return WalkFrames(
        scene, painting(scene), painting, inversion: inversion, asked: before, atOnce: picturesAtOnce)
    }
    return WalkFrames(scene, method, painting, inversion: inversion, asked: asked, atOnce: picturesAtOnce)
  }

  public var count: Int { timeline.count }

  /// The picture of a frame, 0 to `count` − 1.
  public func frame(at index: Int) throws -> Image { try picture(of: timeline.state(at: index)) }

  /// What the picture of a frame is made of: the noise that it begins with, and what the denoiser is told.
  package func ingredients(of index: Int) throws -> (noise: Latent, conditioning: Conditioning) {
    let state = timeline.state(at: index)
    var noise = try scene.noise(for: state)
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
    method.work.map { $0 + asked + inversion.work }
  }
}
