internal import Pixels

/// A way to paint a walk's states.
protocol PaintingMethod: Sendable {
  var meter: WorkMeter { get }

  /// The picture of a state; from any thread, in any order.
  func paint(_ state: WalkState) throws -> Image
}
