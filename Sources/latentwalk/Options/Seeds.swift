import ArgumentParser

/// Seeds by number and range: `42,1337` or `0-15`.
struct Seeds: ExpressibleByArgument {
  let values: [UInt64]

  /// As many as one command can sensibly render.
  static let limit = 10_000

  init(_ values: [UInt64]) { self.values = values }

  init?(argument: String) {
    var values: [UInt64] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard (1...2).contains(ends.count), ends.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
        let first = UInt64(ends[0]), let last = UInt64(ends[ends.count - 1]), first <= last,
        last - first < UInt64(Self.limit - values.count)
      else { return nil }
      values += Array(first...last)
    }
    self.values = values
  }

  @Sendable static func parse(_ text: String) throws -> Seeds {
    guard let seeds = Seeds(argument: text) else { throw ValidationError("expected \(expected)") }
    return seeds
  }

  private static let expected = "seeds such as 42,1337 or 0-15, at most \(limit)"
}
