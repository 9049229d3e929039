internal import Foundation

extension ScratchFolder {
  /// A small table: all bytes, a few merges, and the two special tokens with the ids 517 and 518.
  package static let smallMerges = ["c a", "ca t</w>", "a t</w>", "t h", "th e</w>"]

  /// The tokens of the small table in the order of their ids.
  package static let smallVocabulary: [String] = {
    let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
    let others = (0x100..<0x100 + 256 - printable.count)
    let symbols = (printable + others).compactMap { Unicode.Scalar($0).map(String.init) }
    let merged = smallMerges.map { $0.filter { $0 != " " } }
    return symbols + symbols.map { "\($0)</w>" } + merged + ["<|startoftext|>", "<|endoftext|>"]
  }()

  /// Writes the small table as vocab.json and merges.txt.
  package func writeTables(to folder: String) throws {
    let vocabulary = Dictionary(uniqueKeysWithValues: Self.smallVocabulary.enumerated().map { ($1, $0) })
    try write(JSONEncoder().encode(vocabulary), to: "\(folder)/vocab.json")
    try write("#version: 0.2\n" + Self.smallMerges.joined(separator: "\n") + "\n", to: "\(folder)/merges.txt")
  }

  /// Writes the small table as a tokenizer.json, with changes to its model as JSON texts.
  package func writeWholeTokenizer(
    to folder: String, _ changes: [String: String] = [:], added: String = "[]"
  ) throws {
    let vocabulary = Dictionary(uniqueKeysWithValues: Self.smallVocabulary.enumerated().map { ($1, $0) })
    let merges = Self.smallMerges.map { $0.split(separator: " ").map(String.init) }
    var model = [
      "type": #""BPE""#, "dropout": "null", "unk_token": #""<|endoftext|>""#, "continuing_subword_prefix": #""""#,
      "end_of_word_suffix": #""</w>""#, "fuse_unk": "false", "byte_fallback": "false", "ignore_merges": "false",
      "vocab": String(decoding: try JSONEncoder().encode(vocabulary), as: UTF8.self),
      "merges": String(decoding: try JSONEncoder().encode(merges), as: UTF8.self),
    ]
    model.merge(changes) { $1 }
    let members = model.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
    try write(
      #"{"version":"1.0","added_tokens":\#(added),"model":{\#(members.joined(separator: ","))}}"#,
      to: "\(folder)/tokenizer.json")
  }
}
