import ArgumentParser
import Foundation
import Render

/// Which share of a film's frames one of several processes renders.
struct ShardOption: ParsableArguments {
  @Option(
    name: .customLong("shard"),
    help: ArgumentHelp(
      "Render only the share K of N of the frames, for join to make the film of them. auto takes K and N from a Slurm "
        + "array, auto/N takes K from a Kubernetes indexed job.", valueName: "K/N"),
    transform: Self.parse)
  var shard: Shard?

  /// Throws where other options make no sense for a share.
  func check(_ film: FilmOptions, _ strip: StripOption) throws {
    guard let shard else { return }
    if film.fresh {
      throw Fault.usage(
        "--shard \(shard) --fresh: would throw away the frames of the other shards; remove the film's job folder instead"
      )
    }
    if strip.path != nil {
      throw Fault.usage("--shard \(shard) --strip: a shard does not have all frames; give --strip to join")
    }
  }

  @Sendable static func parse(_ text: String) throws -> Shard {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let count = parts.count == 2 ? Int(parts[1]) : nil
    if parts[0] == "auto", parts.count == 1 || count != nil {
      let (number, told) = try task(in: ProcessInfo.processInfo.environment)
      guard let count = count ?? told else {
        throw ValidationError("the environment does not tell how many shards there are; expected auto/N")
      }
      guard let shard = Shard(number, of: count) else {
        throw ValidationError("the environment's task is number \(number) of \(count); expected no more than that many")
      }
      return shard
    }
    guard let count, let number = Int(parts[0]), let shard = Shard(number, of: count) else {
      throw ValidationError("expected K/N such as 3/16, with K from 1 to N, or auto, or auto/N")
    }
    return shard
  }

  /// The number, from 1, of the task that this process is, and of how many where that is known.
  private static func task(in environment: [String: String]) throws -> (number: Int, count: Int?) {
    func number(_ name: String) throws -> Int? {
      guard let text = environment[name] else { return nil }
      guard let number = Int32(text).map(Int.init), number >= 0 else {
        throw ValidationError("\(name) in the environment is '\(text)'; expected a number from 0 to \(Int32.max)")
      }
      return number
    }
    if let id = try number("SLURM_ARRAY_TASK_ID") {
      guard let first = try number("SLURM_ARRAY_TASK_MIN") else {
        throw ValidationError(
          "found SLURM_ARRAY_TASK_ID without SLURM_ARRAY_TASK_MIN in the environment; expected K/N outside of arrays")
      }
      let step = max(1, try number("SLURM_ARRAY_TASK_STEP") ?? 1)
      guard (id - first).isMultiple(of: step) else {
        throw ValidationError("the Slurm array's task \(id) is not in steps of \(step) from \(first); expected K/N")
      }
      return ((id - first) / step + 1, try number("SLURM_ARRAY_TASK_COUNT"))
    }
    if let index = try number("JOB_COMPLETION_INDEX") { return (index + 1, nil) }
    throw ValidationError(
      "found neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX in the environment; expected K/N outside of arrays")
  }
}
