import ArgumentParser

/// Strengths one by one, as `-1,0,1.5`, or the ends of a range, as `-2..2`.
enum Strengths: ExpressibleByArgument {
  case each([Double])
  case range(Double, Double)

  /// As many as one sheet can sensibly show, and as strong as a direction can sensibly be.
  static let (limit, largest) = (100, 100.0)

  init?(argument: String) {
    let ends = argument.replacing("…", with: "..").split(separator: "..", omittingEmptySubsequences: false)
    if ends.count == 2 {
      guard let first = Self.number(ends[0]), let last = Self.number(ends[1]), first < last else { return nil }
      self = .range(first, last)
    } else {
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      let values = parts.compactMap(Self.number)
      guard values.count == parts.count, values.count <= Self.limit else { return nil }
      self = .each(values)
    }
  }

  /// The strengths themselves; of a range `count`, evenly spaced.
  func values(_ count: Int) -> [Double] {
    switch self {
    case .each(let values): values
    case .range(let first, let last):
      (0..<count).map { first + (last - first) * Double($0) / Double(count - 1) }
    }
  }

  @Sendable static func parse(_ text: String) throws -> Strengths {
    guard let strengths = Strengths(argument: text) else {
      throw ValidationError("expected strengths such as -2..2 or -1,0,1.5, from -100 to 100, at most \(limit)")
    }
    return strengths
  }

  private static func number(_ text: some StringProtocol) -> Double? {
    guard let value = Double(text), abs(value) <= largest else { return nil }
    return value
  }
}
