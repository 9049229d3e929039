/// The curve that a walk follows, as weights over its keyframes.
///
/// Each leg is a cubic Hermite curve from keyframe to keyframe. On a linear path its tangents are the chord, which
/// makes it straight. On a smooth path keyframe k is passed with the velocity
///
///     v = (P[k+1] − P[k−1]) / (time from k−1 to k+1)
///
/// which is Catmull and Rom's ("A class of local interpolating splines", 1974) with the time of the film as parameter:
/// for legs of equal length it is the uniform spline, and for others the velocity is still the same on both sides.
/// Knots spaced by time (Barry and Goldman, 1988) would weigh the shorter leg more, and throw a long leg after a short
/// one far off its way: four times as long, it would hold −0.47 of a keyframe that it neither leaves nor reaches, and
/// here −0.12. Centripetal knots come to the uniform ones, since independent noises are all equally far from one
/// another. At the ends of the film the curve sets out along the chord, as for end points that are mirrored.
///
/// Where a picture stands, the curve begins and ends at rest: at a hold, at the turning points of a pingpong, and
/// beside an easing that is flat at a keyframe.
struct Course: Sendable, Hashable {
  private let legs: [Curve]

  private struct Curve: Sendable, Hashable {
    let from: Int
    let to: Int
    /// The tangents at both ends, as weights that sum to 0; nil is the chord.
    var setOut: [Weight]?
    var arrive: [Weight]?
  }

  /// `legs` follow one another; where the last leads to the keyframe of the first, the way is closed.
  init(_ legs: [Leg], path: Path, loop: Loop, isHeld: (_ keyframe: Int) -> Bool) {
    var curves = legs.map { Curve(from: $0.from, to: $0.to) }
    if path == .smooth {
      for place in legs.indices {
        // The leg that follows, and the keyframe between.
        let next = (place + 1) % legs.count
        guard legs[place].to == legs[next].from else { continue }
        let (before, after) = (legs[place], legs[next])
        let (arriving, leaving) = (before.easing.endSlope, after.easing.startSlope)
        let isStop = isHeld(before.to) || arriving == 0 || leaving == 0
        let time = Double(before.length + after.length)
        let chord = isStop ? [] : [Weight(before.from, -1 / time), Weight(after.to, 1 / time)]
        if arriving > 0 { curves[place].arrive = chord.map { $0.times(Double(before.length) / arriving) } }
        if leaving > 0 { curves[next].setOut = chord.map { $0.times(Double(after.length) / leaving) } }
      }
      if loop != .closed {
        let (first, last) = (0, legs.count - 1)
        if (loop == .pingpong || isHeld(legs[first].from)) && legs[first].easing.startSlope > 0 {
          curves[first].setOut = []
        }
        if (loop == .pingpong || isHeld(legs[last].to)) && legs[last].easing.endSlope > 0 {
          curves[last].arrive = []
        }
      }
    }
    self.legs = curves
  }

  /// The weights at `u` of a leg, 0 to 1: rising keyframes, none of weight zero.
  func weights(leg: Int, at u: Double) -> [Weight] {
    let leg = legs[leg]
    if leg.setOut == nil, leg.arrive == nil { return [Weight(leg.from, 1 - u), Weight(leg.to, u)].inOrder }
    let chord = [Weight(leg.from, -1), Weight(leg.to, 1)]
    let (square, cube) = (u * u, u * u * u)
    let terms =
      [Weight(leg.from, 2 * cube - 3 * square + 1), Weight(leg.to, 3 * square - 2 * cube)]
      + (leg.setOut ?? chord).map { $0.times(cube - 2 * square + u) }
      + (leg.arrive ?? chord).map { $0.times(cube - square) }
    return terms.merged { $0 }.map { Weight($0.key, $0.weight) }.inOrder
  }
}

extension Weight {
  fileprivate func times(_ factor: Double) -> Weight { Weight(keyframe, value * factor) }
}

extension [Weight] {
  fileprivate var inOrder: [Weight] { filter { $0.value != 0 }.sorted { $0.keyframe < $1.keyframe } }
}
