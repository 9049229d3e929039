/// How much of a keyframe a moment holds.
///
/// The weights of a moment sum to 1. On a smooth path they may be below 0 or above 1.
public struct Weight: Sendable, Hashable {
  public let keyframe: Int
  public let value: Double

  public init(_ keyframe: Int, _ value: Double) {
    self.keyframe = keyframe
    self.value = value
  }
}

extension [Weight] {
  /// The weights of what keyframes share, each with the sum of its keyframes' weights, in order of first use.
  package func merged<Key: Hashable>(by key: (_ keyframe: Int) -> Key) -> [(key: Key, weight: Double)] {
    var merged: [(key: Key, weight: Double)] = []
    for weight in self {
      let key = key(weight.keyframe)
      if let place = merged.firstIndex(where: { $0.key == key }) {
        merged[place].weight += weight.value
      } else {
        merged.append((key, weight.value))
      }
    }
    return merged
  }
}
