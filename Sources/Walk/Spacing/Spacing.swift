/// How the frames of a film are spread over its ways.
public enum Spacing: String, Sendable, CaseIterable {
  /// As the clock goes, bent by each way's easing.
  case time
  /// So that all neighbours differ by the same. Keyframes come earlier or later for it; holds are as long as they were,
  /// and so is the film.
  case even
  /// So that neighbours differ by the same on each way, while keyframes keep their times, as music wants it.
  case evenBetween = "even-between"
}
