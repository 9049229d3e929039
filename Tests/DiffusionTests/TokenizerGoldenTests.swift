import Diffusion
import Foundation
import TestSupport
import Testing

/// Ids against those of transformers' CLIPTokenizer.
@Suite struct TokenizerGoldenTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let tokenizer: String
    let prompt: String
    /// With begin and end.
    let ids: [Int]
    /// Padded or cut to 77.
    let padded: [Int]
    var testDescription: String { "\(tokenizer) \(prompt.prefix(40))" }
  }

  /// The rows of all tables of CLIP's kind; others have no begin token.
  static func rows() throws -> [Row] {
    let tables = try JSON(contentsOf: Golden.root.appending(path: "tokenizers/expected_ids.json"))["tokenizers"].object
    return try tables.sorted { $0.key < $1.key }.filter { $0.value["bos_id"] != .null }.flatMap { name, table in
      try table["rows"].list.map { row in
        guard let prompt = row["prompt"].string else { throw GoldenError("\(name): a row without a prompt") }
        return Row(
          tokenizer: name, prompt: prompt, ids: row["ids"].list.compactMap(\.int),
          padded: row["ids77"].list.compactMap(\.int))
      }
    }
  }

  /// Each table is read once.
  static let tokenizers: [String: Tokenizer] = {
    let folder = Golden.root.appending(path: "tokenizers")
    let names = Set((try? rows())?.map(\.tokenizer) ?? [])
    return Dictionary(
      uniqueKeysWithValues: names.compactMap { name in
        (try? Tokenizer(contentsOf: folder.appending(path: name), positions: 77)).map { (name, $0) }
      })
  }()

  @Test(arguments: try rows()) func equalsReference(_ row: Row) throws {
    let tokenizer = try #require(Self.tokenizers[row.tokenizer])
    #expect([tokenizer.begin] + tokenizer.encode(row.prompt) + [tokenizer.end] == row.ids)
    #expect(tokenizer.chunks(row.prompt)[0] == row.padded)
  }

  /// All chunks together hold what one endless chunk would.
  @Test(arguments: try rows()) func chunksHoldTheWholePrompt(_ row: Row) throws {
    let tokenizer = try #require(Self.tokenizers[row.tokenizer])
    let inner = row.ids.dropFirst().dropLast()
    let chunks = tokenizer.chunks(row.prompt)
    #expect(chunks.count == max(1, (inner.count + 74) / 75))
    #expect(Array(chunks.flatMap { $0[1..<76] }.prefix(inner.count)) == Array(inner))
  }
}
