package import Pixels
package import Video

/// What stops a job. Frames that were finished before stay in the job's folder.
package enum JobError: Error {
  /// The job's folder holds frames of something else.
  case otherJob(folder: String, reason: String)
  /// Another process works in the job's folder.
  case busy(folder: String)
  /// The job's folder, if there is one, lacks frames that were to be put together.
  case missing(folder: String, frames: [Int], count: Int)
  /// A frame could not be rendered; so many were finished before.
  case frame(index: Int, count: Int, cause: any Error)
  /// What has to be known before the first frame could not be found out.
  case preparation(cause: any Error)
  case file(PictureError)
  /// The film cannot be begun.
  case film(FilmError)
  /// Coding or writing it broke off.
  case writing(FilmError)
}

extension JobError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .otherJob(let folder, let reason):
      "\(folder) holds frames of another job: \(reason); remove it or use --fresh to begin anew"
    case .busy(let folder): "another process renders into \(folder); wait until it ends, or give another -o"
    case .missing(let folder, let frames, let count):
      "\(folder) lacks \(frames.count) pictures of the film's \(count) frames: \(Self.ranges(frames)); "
        + "render their shards, or the film without --shard, which makes what is missing"
    case .frame(let index, let count, let cause):
      "frame \(index) of 0 to \(count - 1) failed: \(cause)"
        + (index == 0 ? "; " : "; the frames before it are kept: ")
        + (cause is BrokenFrame
          ? (index == 0 ? "" : "go on with --on-bad-frame hold, or ") + "begin anew with less guidance or another seed"
          : "run the same command again to go on from there")
    case .preparation(let cause): "\(cause)"
    case .file(.cannotWrite(let path, let reason)):
      "\(PictureError.cannotWrite(path: path, reason: reason))" + Self.goingOn(with: "frames")
    case .file(let error), .film(.file(let error)): "\(error)"
    case .film(let error): "\(error)"
    case .writing(let error): "\(error)" + Self.goingOn(with: "frames")
    }
  }

  /// What to do after a write that broke off, as on a full disk.
  package static func goingOn(with pictures: String) -> String {
    "; mend that, and the same command goes on: the \(pictures) finished before are kept"
  }

  /// Ascending numbers as `3, 7 to 9`, the first few.
  static func ranges(_ numbers: [Int], atMost limit: Int = 8) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    let told = ranges.prefix(limit).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
    }
    return told.joined(separator: ", ") + (ranges.count > limit ? " and more" : "")
  }
}
