/// A kind of file that holds a film, told by its extension.
public enum FilmContainer: String, CaseIterable, Sendable {
  case mp4, mov, mkv, webm

  /// libavformat's name for it.
  var muxerName: String { self == .mkv ? "matroska" : rawValue }

  /// The index stands in front, so that a film plays while it still loads.
  var options: [(name: String, value: String)] {
    switch self {
    case .mp4, .mov: [("movflags", "+faststart")]
    case .mkv, .webm: []
    }
  }
}
