import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

/// Prompts that are sums of prompts.
@Suite struct PromptSumTests {
  @Test(
    arguments: [
      (#""king" - "man" + "woman""#, [(1, "king"), (-1, "man"), (1, "woman")]),
      (#"0.5 * "a red car" + 0.5 * "a blue car""#, [(0.5, "a red car"), (0.5, "a blue car")]),
      (#"  "a"*2-"b" * 0.25 * 2 "#, [(2, "a"), (-0.5, "b")]),
      (#"-"a" + 2*"b""#, [(-1, "a"), (2, "b")]),
      (#"1 * "a""#, [(1, "a")]),
      (#""a cat""#, [(1, "a cat")]),
      (#""a − b" − "say \"c\" \\ d\e""#, [(1, "a − b"), (-1, #"say "c" \ d\e"#)]),
      (#""" + "a""#, [(1, ""), (1, "a")]),
    ] as [(String, [(Double, String)])])
  func aSumIsItsTerms(text: String, terms: [(Double, String)]) throws {
    let found = try PromptSum(text).terms
    #expect(found.map(\.factor) == terms.map(\.0) && found.map(\.prompt) == terms.map(\.1))
  }

  /// Whatever holds quotes and signs otherwise is a prompt as it stands.
  @Test(arguments: [
    "", "a cat", #"a "cat" - a dog"#, #""Hello" written on a wall"#, #""Hello", she said"#, "2 cats", "2 * 3",
    "- a cat",
    #"2 "red" cars"#, "a + b", #"“king” - “man”"#, "'king' - 'man'", #"so "king" - "man""#, "\"", #""unclosed - "#,
    "3d render * \"x\"", "-5", "+", "0.5", "0.5 *",
  ])
  func otherTextIsAPrompt(text: String) throws {
    let terms = try PromptSum(text).terms
    #expect(terms.map(\.factor) == [1] && terms.map(\.prompt) == [text])
  }

  @Test(arguments: [
    (#""king" - man"#, 10, "'m'"), (#""king" -"#, 9, "the end"), (#""king" - "man"#, 10, "a quote that is not closed"),
    (#"0.5 * "a" 0.5 * "b""#, 11, "'0'"), (#"0.5 * "a" and"#, 11, "'a'"), (#""a" * "b""#, 7, "'\"'"),
    (#""a" + 0.5 "b""#, 11, "'\"'"), (#""a" - - "b""#, 7, "'-'"), (#""a" + .5 * "b""#, 7, "'.'"),
    (#""a" + \#(String(repeating: "9", count: 400)) * "b""#, 7, "'9'"),
  ])
  func aFaultIsTold(text: String, character: Int, found: String) {
    #expect { try PromptSum(text) } throws: { error in
      guard let error = error as? PromptError else { return false }
      return error.character == character && error.found == found && error.prompt == text
    }
  }

  @Test func embeddingsAreAdded() throws {
    let engine = try Engine(model: Golden.ours.appending(path: "models/tiny-sd15"), precision: .fp32)
    let long = String(repeating: "a very long prompt ", count: 30)
    let texts = ["king", "man", long, #""king" - 0.5 * "man" + "\#(long)""#]
    let encoded = try engine.encode(texts.map { (prompt: $0, negative: $0) })
    let wanted = weightedSum((1, encoded[0].prompt), (-0.5, encoded[1].prompt), (1, encoded[2].prompt))
    #expect(encoded[3].prompt == wanted && encoded[3].negative == wanted)
    #expect(wanted.shape[0] > engine.model.tokens)
    #expect(try engine.encode(#""king""#) == engine.encode("king"))
  }
}
