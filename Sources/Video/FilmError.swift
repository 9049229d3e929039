public import Pixels

/// What went wrong with a film.
public enum FilmError: Error, Equatable {
  /// The film's settings contradict each other or what can be encoded.
  case settings(String)
  /// The installed libavcodec cannot encode this codec.
  case noEncoder(codec: FilmCodec, tried: [String], available: [FilmCodec])
  /// A file could not be made, written or put in its place.
  case file(PictureError)
  /// Encoding or writing broke off; nothing of the film is left.
  case encoding(path: String, reason: String)
  /// The file has no sound that can be read, or not that much of it.
  case sound(path: String, reason: String)
  /// The file is no film that can be read.
  case reading(path: String, reason: String)
}

extension FilmError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .settings(let message): message
    case .noEncoder(let codec, let tried, let available):
      "the installed libavcodec has no encoder for \(codec) (looked for \(tried.joined(separator: ", "))); "
        + "it can encode \(available.isEmpty ? "none of the others" : available.map(\.description).joined(separator: ", "))"
    case .file(let error): "\(error)"
    case .encoding(let path, let reason): "cannot write the film \(path): \(reason); no part of the film is left"
    case .sound(let path, let reason): "cannot use the sound of \(path): \(reason)"
    case .reading(let path, let reason): "cannot read the film \(path): \(reason)"
    }
  }
}
