import Diffusion
import Foundation
import TestSupport
import Testing

/// Every fault of a tokenizer's files gets one line that names the file, what was found and what was expected.
@Suite struct MalformedTokenizerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let file: String
    /// What the file is replaced by; nil removes it.
    let text: String?
    /// The message behind "cannot load FOLDER".
    let message: String
    var testDescription: String { what }
  }

  static let cases: [Case] = [
    Case(
      what: "no vocabulary", file: "vocab.json", text: nil,
      message: ": found neither, expected tokenizer.json, or vocab.json and merges.txt"),
    Case(
      what: "no merges", file: "merges.txt", text: nil,
      message: ": found neither, expected tokenizer.json, or vocab.json and merges.txt"),
    Case(
      what: "vocabulary that is no JSON", file: "vocab.json", text: "{\n\"a\": 1,\n",
      message: "/vocab.json: found the end at line 3, column 1, expected a string"),
    Case(
      what: "vocabulary that is a list", file: "vocab.json", text: "[1, 2]",
      message: "/vocab.json: found [1, 2], expected an object"),
    Case(
      what: "deep nesting", file: "vocab.json", text: String(repeating: "[", count: 100_000),
      message: "/vocab.json: found more than 64 levels of nesting at line 1, column 65, expected fewer"),
    Case(
      what: "token twice", file: "vocab.json", text: #"{"a":1,"a":2}"#,
      message: "/vocab.json: found the name 'a' twice at line 1, column 12, expected each name once"),
    Case(
      what: "negative id", file: "vocab.json", text: #"{"a":-1}"#,
      message: "/vocab.json: found -1 as the id of 'a', expected a whole number from 0 to 1048576"),
    Case(
      what: "id that is text", file: "vocab.json", text: #"{"a":"1"}"#,
      message: "/vocab.json: found '1' as the id of 'a', expected a whole number from 0 to 1048576"),
    Case(
      what: "huge id", file: "vocab.json", text: #"{"a":9999999999999999999999}"#,
      message: "/vocab.json: found 1e+22 as the id of 'a', expected a whole number from 0 to 1048576"),
    Case(
      what: "vocabulary without the symbols of the merges", file: "vocab.json", text: #"{"<|endoftext|>":0}"#,
      message: "/merges.txt: found the merge of 'c' and 'a', expected both and their sum to be in the vocabulary"),
    Case(
      what: "no end token", file: "vocab.json", text: #"{"a":0}"#,
      message: "/vocab.json: found no token '<|endoftext|>', expected it, being the unk_token"),
    Case(
      what: "merge of one symbol", file: "merges.txt", text: "#version: 0.2\nc a\ncat\n",
      message: "/merges.txt: found 'cat' in line 3, expected two symbols with a space between them"),
    Case(
      what: "merge of three symbols", file: "merges.txt", text: "c a t",
      message: "/merges.txt: found 'c a t' in line 1, expected two symbols with a space between them"),
    Case(
      what: "merge of symbols that are unknown", file: "merges.txt", text: "c a\nz z\n",
      message: "/merges.txt: found the merge of 'z' and 'z', expected both and their sum to be in the vocabulary"),
    Case(
      what: "configuration that is no object", file: "tokenizer_config.json", text: "7",
      message: "/tokenizer_config.json: found 7, expected an object"),
    Case(
      what: "length of zero", file: "tokenizer_config.json", text: #"{"model_max_length":0}"#,
      message: "/tokenizer_config.json: found model_max_length: 0, expected a positive whole number"),
    Case(
      what: "length that is text", file: "tokenizer_config.json", text: #"{"model_max_length":"77"}"#,
      message: "/tokenizer_config.json: found model_max_length: '77', expected a positive whole number"),
    Case(
      what: "length without room", file: "tokenizer_config.json", text: #"{"model_max_length":2}"#,
      message: ": found chunks of 2 tokens, expected at least 3: begin, one more, end"),
    Case(
      what: "padding that is unknown", file: "tokenizer_config.json", text: #"{"pad_token":"[PAD]"}"#,
      message: "/vocab.json: found no token '[PAD]', expected it, being the pad_token"),
    Case(
      what: "padding that is a number", file: "special_tokens_map.json", text: #"{"pad_token":0}"#,
      message: "/special_tokens_map.json: found pad_token: 0, expected a token's text"),
    Case(
      what: "token between words only", file: "tokenizer_config.json",
      text: #"{"added_tokens_decoder":{"519":{"content":"x","single_word":true}}}"#,
      message: "/tokenizer_config.json: found single_word for the added token 'x', expected false"),
    Case(
      what: "added token without id", file: "tokenizer_config.json",
      text: #"{"added_tokens_decoder":{"x":{"content":"x"}}}"#,
      message: "/tokenizer_config.json: found an added token an object, expected a content and an id from 0 to 1048576"),
  ]

  @Test(arguments: cases) func isRefused(_ malformed: Case) throws {
    let folder = try ScratchFolder()
    try folder.writeTables(to: ".")
    if let text = malformed.text {
      try folder.write(text, to: malformed.file)
    } else {
      try folder.remove(malformed.file)
    }
    #expect(
      refusal { try Tokenizer(contentsOf: folder.url, positions: 16) }
        == "cannot load \(folder.url.path)\(malformed.message)")
  }

  static let models: [(change: [String: String], message: String)] = [
    (["type": #""Unigram""#], "type: 'Unigram', expected 'BPE'"),
    (["dropout": "0.1"], "dropout: 0.1, expected null"),
    (["end_of_word_suffix": "null"], "end_of_word_suffix: null, expected '</w>'"),
    (["continuing_subword_prefix": #""@@""#], "continuing_subword_prefix: '@@', expected '' or null"),
    (["byte_fallback": "true"], "byte_fallback: true, expected false"),
    (["vocab": "[]"], "a model without vocab or merges, expected both"),
    (["merges": #"[["a"]]"#], "the merge ['a'], expected two symbols"),
    (["merges": #"["a b c"]"#], "the merge 'a b c', expected two symbols"),
    (["merges": #"[["a", 1]]"#], "the merge ['a', 1], expected two symbols"),
  ]

  @Test(arguments: models) func refusesOtherModels(change: [String: String], message: String) throws {
    let folder = try ScratchFolder()
    try folder.writeWholeTokenizer(to: ".", change)
    #expect(
      refusal { try Tokenizer(contentsOf: folder.url, positions: 16) }
        == "cannot load \(folder.url.path)/tokenizer.json: found \(message)")
  }

  @Test func refusesMergesThatAreNoText() throws {
    let folder = try ScratchFolder()
    try folder.writeTables(to: ".")
    try folder.write([0x61, 0x20, 0xFF], to: "merges.txt")
    #expect(
      refusal { try Tokenizer(contentsOf: folder.url, positions: 16) }
        == "cannot load \(folder.url.path)/merges.txt: found bytes that are not UTF-8, expected a list of merges")
  }
}
