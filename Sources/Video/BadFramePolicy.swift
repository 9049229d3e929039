/// What is done about a frame that comes out broken: with numbers that are none, or flat.
package enum BadFramePolicy: String, CaseIterable, Sendable {
  /// It is rendered again with more precision; where that is of no help, the film stops.
  case retry
  /// It is rendered again with more precision; where that is of no help, the frame before is shown once more.
  case hold
  /// The film stops.
  case stop
}
