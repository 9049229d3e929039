import ArgumentParser
import Scripts
import Walk

/// What the prompts of a command line are told besides: once for all of them, or once for each.
struct PromptOptions: ParsableArguments {
  @Option(
    name: .customLong("negative"),
    help: ArgumentHelp(
      "What guidance leads away from; given several times, one for each prompt in turn. (default: nothing)",
      valueName: "prompt"))
  var negatives: [String] = []

  @Option(
    name: .customLong("guidance"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "How strongly the prompt leads, 0 to 100; 1 is no guidance, at half the work. Of a walk, also a formula such as "
        + "'4 + 3 * sin(pi * t)'. Given several times, one for each prompt in turn. (default: \(Script.Default.guidance))",
      valueName: "strength"), transform: Quantity.parse)
  var guidances: [Quantity] = []

  func validate() throws {
    for case .constant(let guidance) in guidances where !Timeline.guidances.contains(guidance) {
      throw ValidationError("--guidance: found \(guidance); expected 0 to 100")
    }
  }

  /// The option that is given; nil where there is none.
  var given: String? { !negatives.isEmpty ? "--negative" : !guidances.isEmpty ? "--guidance" : nil }

  /// What is said of each of so many prompts, or keyframes.
  func each(of count: Int, _ what: String = "keyframe") throws -> [(negative: String, guidance: Quantity)] {
    let negatives = try negatives.spread(over: count, what, "--negative") ?? Array(repeating: "", count: count)
    let guidances =
      try guidances.spread(over: count, what, "--guidance")
      ?? Array(repeating: .constant(Script.Default.guidance), count: count)
    return zip(negatives, guidances).map { ($0, $1) }
  }

  /// The same for pictures that belong to no moment of a film.
  func still(_ count: Int, _ what: String) throws -> [(negative: String, guidance: Double)] {
    try each(of: count, what).map { ($0.negative, try $0.guidance.still("--guidance")) }
  }
}

extension Quantity {
  /// A number, or a formula.
  @Sendable static func parse(_ text: String) throws -> Quantity {
    do {
      return Quantity(try Formula(text))
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// The number of a picture that belongs to no moment of a film.
  func still(_ option: String) throws -> Double {
    guard case .constant(let number) = self else {
      throw Fault.usage(
        "\(option): found the formula \(self), which changes with time; expected a number, for time passes in a walk only"
      )
    }
    return number
  }
}

extension Array {
  /// One of them for each of `count`, of which one serves all; nil where there is none.
  func spread(over count: Int, _ what: String, _ option: String) throws -> [Element]? {
    if isEmpty { return nil }
    if self.count == 1 { return Array(repeating: self[0], count: count) }
    guard self.count == count else {
      throw Fault.usage(
        "\(option): found \(self.count) for \(count) \(what)\(count == 1 ? "" : "s"); expected one"
          + (count == 1 ? "" : " for all, or one for each"))
    }
    return self
  }
}
