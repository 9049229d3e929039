import Diffusion
import Foundation
import TestSupport
import Testing

@Suite struct TokenizerTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  func open(positions: Int = 16) throws -> Tokenizer {
    try Tokenizer(contentsOf: folder.url, positions: positions)
  }

  func ids(_ tokens: String...) throws -> [Int] {
    try tokens.map { try #require(ScratchFolder.smallVocabulary.firstIndex(of: $0)) }
  }

  static let begin = 517
  static let end = 518

  // MARK: Encoding

  @Test func mergesByRankFromTheLeft() throws {
    try folder.writeTables(to: ".")
    let tokenizer = try open()
    #expect(tokenizer.encode("The CAT  sat\n") == (try ids("the</w>", "cat</w>", "s", "at</w>")))
    #expect(tokenizer.encode("theca") == (try ids("th", "e", "c", "a</w>")))
    #expect(tokenizer.encode("cacat") == (try ids("ca", "cat</w>")))
    #expect(tokenizer.encode("") == [])
    #expect(tokenizer.encode(" \t\u{3000}\u{2028} ") == [])
  }

  /// A word as long as a book must not take the square of its time.
  @Test func encodesVeryLongWords() throws {
    try folder.writeTables(to: ".")
    let cat = try ids("c", "ca", "a", "at</w>", "cat</w>")
    let tokens = try open().encode(String(repeating: "ca", count: 200_000) + "t")
    #expect(tokens.count == 200_000)
    #expect(tokens.dropLast().allSatisfy { $0 == cat[1] })
    #expect(tokens.last == cat[4])
  }

  @Test func readsBothFormsOfTheTablesAlike() throws {
    try folder.writeTables(to: "two")
    try folder.writeWholeTokenizer(to: "one")
    let merges = ScratchFolder.smallMerges.map { "\"\($0)\"" }.joined(separator: ",")
    try folder.writeWholeTokenizer(to: "old", ["merges": "[\(merges)]"])
    let tokenizers = try ["two", "one", "old"].map {
      try Tokenizer(contentsOf: folder.url.appendingPathComponent($0), positions: 16)
    }
    for text in ["the cat", "<|endoftext|> it's 42 «ÉÉ»", "👩‍🚀\u{0}\u{7F}", "they'll o'clock'd"] {
      let expected = tokenizers[0].chunks(text)
      #expect(tokenizers[1].chunks(text) == expected)
      #expect(tokenizers[2].chunks(text) == expected)
    }
  }

  @Test func takesAnUnknownByteForTheUnknownToken() throws {
    try folder.write(#"{"a</w>":0,"b":1,"<|startoftext|>":2,"<|endoftext|>":3}"#, to: "vocab.json")
    try folder.write("", to: "merges.txt")
    #expect(try open().encode("a bxa") == [0, 1, 3, 0])
  }

  // MARK: Chunks

  @Test func cutsIntoPaddedChunks() throws {
    try folder.writeTables(to: ".")
    let tokenizer = try open(positions: 5)
    let (b, e) = (Self.begin, Self.end)
    let a = try ids("a</w>")[0]
    #expect(tokenizer.chunkLength == 5)
    #expect(tokenizer.chunks("") == [[b, e, e, e, e]])
    #expect(tokenizer.chunks("a a a") == [[b, a, a, a, e]])
    #expect(tokenizer.chunks("a a a a") == [[b, a, a, a, e], [b, a, e, e, e]])
  }

  static let lengths: [(configuration: String, length: Int)] = [
    ("{}", 16), (#"{"model_max_length":null}"#, 16), (#"{"model_max_length":8}"#, 8), (#"{"model_max_length":77}"#, 16),
    (#"{"model_max_length":1000000000000000019884624838656}"#, 16),
  ]

  @Test(arguments: lengths) func chunksAreAsLongAsModelAndEncoderAllow(configuration: String, length: Int) throws {
    try folder.writeTables(to: ".")
    try folder.write(configuration, to: "tokenizer_config.json")
    #expect(try open().chunkLength == length)
  }

  // MARK: Special tokens

  @Test func paddingIsLookedForInThePromptAsWell() throws {
    try folder.writeTables(to: ".")
    try folder.write(#"{"pad_token":"!"}"#, to: "tokenizer_config.json")
    let tokenizer = try open(positions: 4)
    #expect(tokenizer.padding == 0)
    #expect(tokenizer.encode("a!b") == (try ids("a</w>", "!", "b</w>")))
    #expect(tokenizer.chunks("") == [[Self.begin, Self.end, 0, 0]])
  }

  static let paddings: [(configuration: String, map: String?, padding: Int)] = [
    ("{}", nil, end),
    (#"{"pad_token":"!"}"#, nil, 0),
    (#"{"pad_token":{"__type":"AddedToken","content":"!","normalized":true}}"#, nil, 0),
    ("{}", #"{"pad_token":"!"}"#, 0),
    (#"{"pad_token":"<|endoftext|>"}"#, #"{"pad_token":"!"}"#, 0),
    (#"{"pad_token":"<|endoftext|>","added_tokens_decoder":{}}"#, #"{"pad_token":"!"}"#, end),
  ]

  @Test(arguments: paddings)
  func theMapOverrulesConfigurationsWithoutAddedTokens(configuration: String, map: String?, padding: Int) throws {
    try folder.writeTables(to: ".")
    try folder.write(configuration, to: "tokenizer_config.json")
    if let map { try folder.write(map, to: "special_tokens_map.json") }
    #expect(try open().padding == padding)
  }

  @Test func normalizedTokensAreFoundInAnyCase() throws {
    try folder.writeTables(to: ".")
    let text = "a<|ENDOFTEXT|>b"
    #expect(try open().encode(text) != (try ids("a</w>", "<|endoftext|>", "b</w>")))
    try folder.write(#"{"eos_token":{"content":"<|endoftext|>","normalized":true}}"#, to: "tokenizer_config.json")
    #expect(try open().encode(text) == (try ids("a</w>", "<|endoftext|>", "b</w>")))
  }

  @Test func findsTokensThatWereAdded() throws {
    try folder.writeWholeTokenizer(
      to: ".",
      added: #"[{"id":519,"content":"<cat>","normalized":false},{"id":520,"content":"<cat>2","normalized":false}]"#)
    let tokenizer = try open()
    #expect(tokenizer.encode("a <cat> <cat>2<CAT>").prefix(4) == (try ids("a</w>") + [519, 520] + ids("<</w>"))[...])
    #expect(tokenizer.largestID == 520)
  }
}
