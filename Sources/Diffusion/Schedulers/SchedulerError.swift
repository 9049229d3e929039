/// A scheduler that cannot be made as asked: what was read, what it said, what would do.
public struct SchedulerError: Error, Equatable, CustomStringConvertible {
  /// The option, file or configuration key that was read.
  public let subject: String
  public let found: String
  public let expected: String

  package init(_ subject: String, found: String, expected: String) {
    self.subject = subject
    self.found = found
    self.expected = expected
  }

  public var description: String { "\(subject): found \(found), expected \(expected)" }
}
