import ArgumentParser
import Diffusion

/// A difference of prompts: a sum whose factors add up to 0.
struct Direction {
  let prompts: [String]
  let factors: [Double]

  static let example = #""a red car" - "a car""#

  @Sendable init(_ text: String) throws {
    let terms = try PromptSum(text).terms
    guard terms.count > 1, abs(terms.reduce(0) { $0 + $1.factor }) < 1e-9 else {
      throw ValidationError("expected a sum of prompts in quotes whose factors add up to 0, such as '\(Self.example)'")
    }
    prompts = terms.map { Self.alone($0.prompt) }
    factors = terms.map(\.factor)
  }

  /// A prompt as a text that means it and no sum, whatever it holds.
  private static func alone(_ prompt: String) -> String {
    if let terms = try? PromptSum(prompt).terms, terms.count == 1, terms[0].factor == 1, terms[0].prompt == prompt {
      return prompt
    }
    return "\"" + prompt.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
