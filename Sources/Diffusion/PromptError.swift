internal import Tensors

/// What is wrong with a sum of prompts.
public struct PromptError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The whole text.
  public let prompt: String
  /// Where in it, counted from 1.
  public let character: Int
  public let found: String
  public let expected: String

  public var description: String {
    "the sum of prompts \(prompt.forMessage), character \(character): found \(found); expected \(expected)"
  }
}
