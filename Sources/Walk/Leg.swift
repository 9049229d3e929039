/// The way from one keyframe to the next.
struct Leg: Sendable, Hashable {
  let from: Int
  let to: Int
  /// The last frame that shows the keyframe that it comes from.
  var begin: Int
  /// The frame of the keyframe that it goes to; the film's end where a closed loop leads back to the first.
  var end: Int
  let easing: Easing

  var length: Int { end - begin }
}
