import ArgumentParser
import Scripts
import Walk

/// Pictures that keyframes of a command line show.
struct ImageOptions: ParsableArguments {
  @Option(
    name: .customLong("image"),
    help: ArgumentHelp(
      "A picture that a keyframe shows: the keyframe's number from 1, and a PNG, JPEG or PPM file, such as 2=cat.png.",
      valueName: "number=file"),
    transform: NumberedFile.parse)
  var files: [NumberedFile] = []

  @Option(
    name: .customLong("strength"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "How much of the noise is a picture's, 0 to 1; the rest is the seed's. Of a walk, also a formula. Given several "
        + "times, one for each --image in turn. (default: 1)", valueName: "share"), transform: Quantity.parse)
  var strengths: [Quantity] = []

  func validate() throws {
    for case .constant(let strength) in strengths where !Timeline.strengths.contains(strength) {
      throw ValidationError("--strength: found \(strength); expected 0 to 1")
    }
    if isEmpty, !strengths.isEmpty { throw ValidationError("--strength goes with --image, of which there is none") }
    var numbers: Set<Int> = []
    for file in files where !numbers.insert(file.number).inserted {
      throw ValidationError("--image: found two pictures for keyframe \(file.number); expected one at most")
    }
  }

  var isEmpty: Bool { files.isEmpty }

  /// The highest number of a keyframe with a picture; 0 without any.
  var last: Int { files.map(\.number).max() ?? 0 }

  /// The pictures, read, by number, and how strong each is. Throws a `PictureError` as well.
  func pictures() throws -> [Int: (picture: KeyframePicture, strength: Quantity)] {
    let strengths =
      try strengths.spread(over: files.count, "picture", "--strength") ?? Array(repeating: 1, count: files.count)
    return try Dictionary(
      uniqueKeysWithValues: zip(files, strengths).map { ($0.number, (try KeyframePicture(at: $0.path), $1)) })
  }

  struct NumberedFile {
    let number: Int
    let path: String

    @Sendable static func parse(_ text: String) throws -> NumberedFile {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let number = Int(parts[0]), (1...10_000).contains(number), !parts[1].isEmpty else {
        throw ValidationError("expected a keyframe's number and a file, such as 2=cat.png")
      }
      return NumberedFile(number: number, path: String(parts[1]))
    }
  }
}
