/// How strongly a run is drawn towards another, step by step.
public struct Crossfeed: Sendable, Hashable {
  /// The share of the other run at first, 0 to 1; 0 is none at all.
  public var power: Double
  /// The share of the whole run after which it ends, 0 to 1.
  public var range: Double
  /// What is left of the power at its end, 0 to 1.
  public var decay: Double

  public static let none = Crossfeed(power: 0, range: 0, decay: 0)

  public init(power: Double, range: Double, decay: Double) {
    self.power = power
    self.range = range
    self.decay = decay
  }

  /// The share before evaluation `i` of `count`, in a run that began at `first`: from `power` straight down to
  /// `power · decay`, then nothing.
  package func share(at i: Int, from first: Int, of count: Int) -> Double {
    let end = Int((Double(count) * range).rounded())
    guard power > 0, i < end else { return 0 }
    let way = end - first > 1 ? Double(i - first) / Double(end - first - 1) : 0
    return power * (1 - way * (1 - decay))
  }
}
