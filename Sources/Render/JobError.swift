package import Pixels
package import Video

/// What stops a job. Frames that were finished before stay in the job's folder.
package enum JobError: Error {
  /// The job's folder holds frames of something else.
  case otherJob(folder: String, reason: String)
  /// Another process works in the job's folder.
  case busy(folder: String)
  /// A frame could not be rendered; so many were finished before.
  case frame(index: Int, count: Int, cause: any Error)
  /// What has to be known before the first frame could not be found out.
  case preparation(cause: any Error)
  case file(PictureError)
  case film(FilmError)
}

extension JobError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .otherJob(let folder, let reason):
      "\(folder) holds frames of another job: \(reason); use --fresh to throw them away and begin anew"
    case .busy(let folder): "another process renders into \(folder)"
    case .frame(let index, let count, let cause):
      "frame \(index) of 0 to \(count - 1) failed: \(cause); the frames before it are kept: "
        + (cause is BrokenFrame
          ? "go on with --on-bad-frame hold, or begin anew with less guidance or another seed"
          : "run the same command again to go on from there")
    case .preparation(let cause): "\(cause)"
    case .file(let error): "\(error)"
    case .film(let error): "\(error)"
    }
  }
}
