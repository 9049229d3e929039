internal import Synchronization

/// How often the network was asked for the pictures of a walk.
public struct Work: Sendable, Hashable {
  /// Evaluations of the network, each for one picture.
  public var evaluations: Int
  /// What the plain walk takes for the same pictures.
  public var plain: Int

  public init(evaluations: Int = 0, plain: Int = 0) {
    self.evaluations = evaluations
    self.plain = plain
  }

  static func + (a: Work, b: Work) -> Work {
    Work(evaluations: a.evaluations + b.evaluations, plain: a.plain + b.plain)
  }
}

/// Counts the work of several threads.
final class WorkMeter: Sendable {
  private let sum = Mutex(Work())
  var work: Work { sum.withLock { $0 } }

  func count(evaluations: Int) { sum.withLock { $0.evaluations += evaluations } }

  /// Pictures for which the plain walk takes a run of so many evaluations each.
  func count(pictures: Int, of evaluations: Int) { sum.withLock { $0.plain += pictures * evaluations } }
}
