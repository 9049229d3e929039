import Diffusion
import Foundation
import TestSupport
import Testing

/// Random faults in a tokenizer's files: it is refused, or encodes with ids that it knows.
@Suite struct TokenizerFuzzTests {
  @Test(arguments: ["tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json"])
  func refusesOrEncodes(file: String) throws {
    let folder = try ScratchFolder()
    if file == "tokenizer.json" {
      try folder.writeWholeTokenizer(
        to: ".", added: #"[{"id":519,"content":"<cat>","normalized":true,"single_word":false}]"#)
    } else {
      try folder.writeTables(to: ".")
      try folder.write(
        #"{"model_max_length":16,"pad_token":{"content":"!","normalized":true}}"#, to: "tokenizer_config.json")
    }
    let bytes = Array(try Data(contentsOf: folder.url.appendingPathComponent(file)))
    // The tables are long: faults near their ends meet what stands around them.
    let ranges = [0..<bytes.count, 0..<min(200, bytes.count), max(0, bytes.count - 200)..<bytes.count]
    var random = SeededGenerator(seed: 7)
    var read = 0
    for i in 0..<400 {
      try folder.write(bytes.mutated(in: ranges[i % 3], using: &random), to: file)
      do {
        let tokenizer = try Tokenizer(contentsOf: folder.url, positions: 16)
        for chunk in tokenizer.chunks("The cat's <CAT> <|endoftext|> ! théâtre 42 \u{0}") {
          #expect(chunk.count == tokenizer.chunkLength)
          #expect(chunk.allSatisfy { 0...tokenizer.largestID ~= $0 })
        }
        read += 1
      } catch {
        let message = error.description
        #expect(message.utf8.count < 4000 && !message.contains("\n"))
      }
    }
    #expect(read > 0)
  }
}
