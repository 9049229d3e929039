/// What went wrong with a picture or a file that holds one.
public enum PictureError: Error, Equatable {
  /// The file cannot be made: no such folder, no permission, not a place for a file.
  case cannotCreate(path: String, reason: String)
  /// Writing broke off, as on a full disk; nothing of it is left.
  case cannotWrite(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  /// The bytes are not the picture they should be.
  case malformed(name: String, reason: String)
  /// A picture that cannot be written in a format, such as one that is too large for it.
  case cannotEncode(width: Int, height: Int, reason: String)
  /// The file name asks for a format that is not written.
  case unknownFormat(path: String)
  /// Labels cannot be drawn.
  case noFont(reason: String)
}

extension PictureError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cannotCreate(let path, let reason): "cannot create \(path): \(reason)"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason); no part of it is left"
    case .cannotRead(let path, let reason): "cannot read \(path): \(reason)"
    case .malformed(let name, let reason): "\(name) is no picture that can be read: \(reason)"
    case .cannotEncode(let width, let height, let reason):
      "cannot make a PNG of \(width)x\(height): \(reason); expected a smaller picture, or .ppm"
    case .unknownFormat(let path):
      "cannot tell the picture format of \(path) from its name; expected .png or .ppm"
    case .noFont(let reason): "cannot draw labels: \(reason)"
    }
  }
}
