/// Something that a loaded model cannot do.
public enum EngineError: Error, Equatable, CustomStringConvertible {
  /// A picture's sides must be multiples of the model's factor.
  case size(width: Int, height: Int, factor: Int)
  /// A part of the model gave a number that is none.
  case notFinite(part: String)
  /// A part of the model gave the same everywhere.
  case flat(part: String)

  /// Whether a picture came out broken: with more precision it may not.
  public var isBrokenPicture: Bool {
    switch self {
    case .size: false
    case .notFinite, .flat: true
    }
  }

  public var description: String {
    switch self {
    case .size(let width, let height, let factor):
      "size \(width)x\(height): this model makes pictures whose sides are multiples of \(factor), from \(factor) to 8192"
    case .notFinite(let part):
      "the \(part) gave numbers that are not finite"
    case .flat(let part):
      "the \(part) gave the same everywhere"
    }
  }
}
