/// Work that is left out at some cost to the picture. None by default.
public struct Shortcuts: Sendable, Hashable {
  /// The part of the way from noise to picture that is guided; nil is all of it.
  public var guidanceInterval: GuidanceInterval?
  /// What evaluations of the network take over from earlier ones; nil is nothing.
  public var cache: FeatureCache?

  public init(guidanceInterval: GuidanceInterval? = nil, cache: FeatureCache? = nil) {
    self.guidanceInterval = guidanceInterval
    self.cache = cache
  }
}

/// Guidance in a part of the way only (Kynkäänniemi et al., 2024): outside it the prompt alone is asked, at half the work.
public struct GuidanceInterval: Sendable, Hashable, CustomStringConvertible {
  /// From 0, pure noise, to 1, the picture; `start` is less than `end`.
  public let start, end: Double

  /// nil where the ends are not in order, or not in 0...1.
  public init?(_ start: Double, _ end: Double) {
    guard 0 <= start, start < end, end <= 1 else { return nil }
    self.start = start
    self.end = end
  }

  /// Reads what a command line or a script says, such as `0.2..0.8`.
  public init?(_ text: String) {
    guard let ends = text.wholeMatch(of: #/([0-9.eE+-]+?)\.\.([0-9.eE+-]+)/#)?.output,
      let start = Double(ends.1), let end = Double(ends.2)
    else { return nil }
    self.init(start, end)
  }

  public var description: String { "\(start)..\(end)" }

  /// Whether the middle of step `index` of `count` lies in it.
  func contains(_ index: Int, of count: Int) -> Bool {
    (start...end).contains((Double(index) + 0.5) / Double(count))
  }

  package static let expected = "a part of the way from 0 to 1, such as 0.2..0.8"
}

/// How features of the network are used again.
public struct FeatureCache: Sendable, Hashable, CustomStringConvertible {
  /// Of this many evaluations one is whole; the others compute the network's outermost layers on top of its deep
  /// features (Ma et al., DeepCache, 2024).
  public let deep: Int

  /// nil where `deep` is not in 2...100.
  public init?(deep: Int) {
    guard (2...100).contains(deep) else { return nil }
    self.deep = deep
  }

  /// Reads what a command line or a script says, such as `deep:3`.
  public init?(_ text: String) {
    guard let count = text.wholeMatch(of: #/deep:([0-9]+)/#).flatMap({ Int($0.output.1) }) else { return nil }
    self.init(deep: count)
  }

  public var description: String { "deep:\(deep)" }

  package static let expected = "deep:N with N from 2 to 100"
}
