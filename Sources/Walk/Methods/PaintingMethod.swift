internal import Pixels

/// A way to paint a walk's states.
protocol PaintingMethod: Sendable {
  /// The work so far, where it is not one run a picture.
  var work: Work? { get }

  /// The picture of a state; from any thread, in any order.
  func paint(_ state: WalkState) throws -> Image
}

/// Each picture from its own mix of noise and prompts, alone.
struct PlainPainting: PaintingMethod {
  let scene: Scene
  let painter: any Painter

  var work: Work? { nil }

  func paint(_ state: WalkState) throws -> Image {
    var noise = scene.noise(for: state)
    return try painter.paint(noise(0), scene.conditioning(for: state), guidance: state.guidance) { noise($0 + 1) }
  }
}
