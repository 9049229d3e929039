internal import Tensors

/// A sum of prompts in tokens.
struct TokenSum {
  private let terms: [(factor: Double, chunks: [[Int]])]

  init(_ prompt: String, _ tokenizer: Tokenizer) throws(PromptError) {
    terms = try PromptSum(prompt).terms.map { ($0.factor, tokenizer.chunks($0.prompt)) }
  }

  /// The most chunks that a term takes.
  var longest: Int { terms.map(\.chunks.count).max() ?? 0 }

  /// The sum of the terms' embeddings, each of which `encode` makes of its chunks.
  func embedding(_ encode: ([[Int]]) -> NDArray) -> NDArray {
    // One prompt alone stays as it is.
    if terms.count == 1, terms[0].factor == 1 { return encode(terms[0].chunks) }
    return weightedSum(terms.map { ($0.factor, encode($0.chunks)) })
  }
}
