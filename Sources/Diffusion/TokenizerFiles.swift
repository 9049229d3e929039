internal import Foundation
internal import Tensors

/// What a tokenizer's folder says: tokenizer.json, or vocab.json with merges.txt, and two files about special tokens.
struct TokenizerFiles {
  /// The tokens with a task, by their names in the files.
  enum Role: String, CaseIterable {
    case begin = "bos_token"
    case end = "eos_token"
    case unknown = "unk_token"
    case padding = "pad_token"

    var standard: String { self == .begin ? "<|startoftext|>" : "<|endoftext|>" }
  }

  struct AddedToken {
    let content: String
    let id: Int
    /// Whether it is looked for in normalised text.
    let isNormalized: Bool
  }

  let vocabulary: [String: Int]
  let merges: [(left: String, right: String)]
  let vocabularyPath, mergesPath: String

  private let configurationPath, overrulingPath: String
  private let configuration: [String: JSONValue]
  /// The special_tokens_map.json, which overrules the configuration unless that lists added tokens by itself.
  private let overruling: [String: JSONValue]
  /// Added tokens with their ids, from whichever file lists them.
  private let listed: [AddedToken]

  init(in folder: URL) throws(ModelError) {
    guard folder.isFolder else {
      throw ModelError(folder.path, found: "no such folder", expected: "a tokenizer's", isMissing: true)
    }
    func file(_ name: String) -> URL? {
      let url = folder.appendingPathComponent(name)
      return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
    configurationPath = folder.appendingPathComponent("tokenizer_config.json").path
    configuration = if let url = file("tokenizer_config.json") { try JSONValue.object(in: url) } else { [:] }
    overrulingPath = folder.appendingPathComponent("special_tokens_map.json").path
    let decoder = configuration["added_tokens_decoder"]
    overruling =
      if decoder == nil, let url = file("special_tokens_map.json") { try JSONValue.object(in: url) } else { [:] }

    var listed: [AddedToken] = []
    if let url = file("tokenizer.json") {
      let whole = try WholeTokenizerFile(contentsOf: url)
      (vocabulary, merges, listed) = (whole.vocabulary, whole.merges, whole.added)
      (vocabularyPath, mergesPath) = (url.path, url.path)
    } else if let vocabularyURL = file("vocab.json"), let mergesURL = file("merges.txt") {
      vocabulary = try Self.vocabulary(try JSONValue.object(in: vocabularyURL), path: vocabularyURL.path)
      merges = try Self.merges(contentsOf: mergesURL)
      (vocabularyPath, mergesPath) = (vocabularyURL.path, mergesURL.path)
    } else {
      throw ModelError(
        folder.path, found: "neither", expected: "tokenizer.json, or vocab.json and merges.txt", isMissing: true)
    }
    if let decoder {
      guard case .object(let tokens) = decoder else {
        throw ModelError(configurationPath, found: "added_tokens_decoder: \(decoder.forMessage)", expected: "an object")
      }
      for (id, token) in tokens.sorted(by: { $0.key < $1.key }) {
        listed.append(try Self.added(token, id: Int(id).map(JSONValue.integer), path: configurationPath))
      }
    }
    self.listed = listed
  }

  /// The id of the token with a task.
  func id(of role: Role) throws(ModelError) -> Int {
    let content = try content(of: role).content
    guard let id = vocabulary[content] ?? listed.first(where: { $0.content == content })?.id else {
      throw ModelError(
        vocabularyPath, found: "no token \(content.forMessage)", expected: "it, being the \(role.rawValue)")
    }
    return id
  }

  /// The tokens to look for in a prompt: those that are listed, and those with a task.
  var addedTokens: [AddedToken] {
    get throws(ModelError) {
      var tokens = listed
      for role in Role.allCases {
        let (content, isNormalized) = try content(of: role)
        guard !tokens.contains(where: { $0.content == content }) else { continue }
        tokens.append(AddedToken(content: content, id: try id(of: role), isNormalized: isNormalized))
      }
      return tokens
    }
  }

  /// The longest sequence that the configuration names.
  var longest: Int? {
    get throws(ModelError) {
      switch configuration["model_max_length"] {
      case nil, .null: return nil
      case .integer(let length) where length > 0: return length
      // The reference writes 10^30 for "no limit".
      case .number(let length) where length >= 0x1p62: return nil
      case let value?:
        throw ModelError(
          configurationPath, found: "model_max_length: \(value.forMessage)", expected: "a positive whole number")
      }
    }
  }

  private func content(of role: Role) throws(ModelError) -> (content: String, isNormalized: Bool) {
    let (value, path) =
      if let value = overruling[role.rawValue] { (value, overrulingPath) } else {
        (configuration[role.rawValue] ?? .null, configurationPath)
      }
    switch value {
    case .null: return (role.standard, false)
    case .string(let content) where !content.isEmpty: return (content, false)
    case .object(let token):
      guard case .string(let content)? = token["content"], !content.isEmpty else { break }
      return (content, token["normalized"] == true)
    default: break
    }
    throw ModelError(path, found: "\(role.rawValue): \(value.forMessage)", expected: "a token's text")
  }

  // MARK: Tables

  /// The highest id that is taken for one; real tables have fifty thousand.
  private static let largestID = 1 << 20

  static func vocabulary(_ values: [String: JSONValue], path: String) throws(ModelError) -> [String: Int] {
    let vocabulary = values.compactMapValues { value in
      if case .integer(let id) = value, 0...largestID ~= id { id } else { nil }
    }
    if vocabulary.count < values.count,
      let (token, value) = values.filter({ vocabulary[$0.key] == nil }).min(by: { $0.key < $1.key })
    {
      throw ModelError(
        path, found: "\(value.forMessage) as the id of \(token.forMessage)",
        expected: "a whole number from 0 to \(largestID)")
    }
    return vocabulary
  }

  static func merges(contentsOf url: URL) throws(ModelError) -> [(left: String, right: String)] {
    let file: MappedFile
    do {
      file = try MappedFile(contentsOf: url)
    } catch {
      throw ModelError(url.path, found: "\(error)", expected: "a list of merges")
    }
    guard let text = withExtendedLifetime(file, { String(validating: file.bytes, as: UTF8.self) }) else {
      throw ModelError(url.path, found: "bytes that are not UTF-8", expected: "a list of merges")
    }
    var merges: [(left: String, right: String)] = []
    for (number, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
    {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty || line.starts(with: "#version".utf8) { continue }
      guard let space = line.firstIndex(of: UInt8(ascii: " ")), space > line.startIndex,
        case let right = line[line.index(after: space)...], !right.isEmpty, !right.contains(UInt8(ascii: " "))
      else {
        throw ModelError(
          url.path, found: "\(String(Substring(line)).forMessage) in line \(number + 1)",
          expected: "two symbols with a space between them")
      }
      merges.append((String(Substring(line[..<space])), String(Substring(right))))
    }
    return merges
  }

  static func added(_ value: JSONValue, id: JSONValue?, path: String) throws(ModelError) -> AddedToken {
    guard case .object(let token) = value, case .string(let content)? = token["content"], !content.isEmpty,
      case .integer(let id)? = id, 0...largestID ~= id
    else {
      throw ModelError(
        path, found: "an added token \(value.forMessage)", expected: "a content and an id from 0 to \(largestID)")
    }
    guard token["single_word"] ?? false == false else {
      throw ModelError(path, found: "single_word for the added token \(content.forMessage)", expected: "false")
    }
    return AddedToken(content: content, id: id, isNormalized: token["normalized"] == true)
  }
}

/// A tokenizer.json: all tables in one file.
private struct WholeTokenizerFile {
  let vocabulary: [String: Int]
  let merges: [(left: String, right: String)]
  let added: [TokenizerFiles.AddedToken]

  init(contentsOf url: URL) throws(ModelError) {
    let path = url.path
    let file = try JSONValue.object(in: url)
    guard case .object(let model)? = file["model"] else {
      throw ModelError(path, found: "no model", expected: "an object of type 'BPE'")
    }
    for (key, supported) in Self.supported {
      guard let value = model[key], !supported.contains(value) else { continue }
      throw ModelError(
        path, found: "\(key): \(value.forMessage)", expected: supported.map(\.forMessage).joined(separator: " or "))
    }
    guard case .object(let vocabulary)? = model["vocab"], case .list(let merges)? = model["merges"] else {
      throw ModelError(path, found: "a model without vocab or merges", expected: "both")
    }
    self.vocabulary = try TokenizerFiles.vocabulary(vocabulary, path: path)

    var pairs: [(left: String, right: String)] = []
    pairs.reserveCapacity(merges.count)
    for merge in merges { pairs.append(try Self.pair(merge, path: path)) }
    self.merges = pairs

    var added: [TokenizerFiles.AddedToken] = []
    switch file["added_tokens"] {
    case nil, .null: break
    case .list(let tokens)?:
      for token in tokens {
        guard case .object(let values) = token else {
          throw ModelError(path, found: "\(token.forMessage) among added_tokens", expected: "objects")
        }
        added.append(try TokenizerFiles.added(token, id: values["id"], path: path))
      }
    case let value?: throw ModelError(path, found: "added_tokens: \(value.forMessage)", expected: "a list")
    }
    self.added = added
  }

  /// What CLIP's tables say; anything else would encode differently.
  private static let supported: KeyValuePairs<String, [JSONValue]> = [
    "type": ["BPE"], "dropout": [.null], "continuing_subword_prefix": ["", .null], "end_of_word_suffix": ["</w>"],
    "fuse_unk": [false], "byte_fallback": [false], "ignore_merges": [false],
  ]

  /// A merge as a list of two, or as one text with a space, as older files have it.
  private static func pair(_ value: JSONValue, path: String) throws(ModelError) -> (left: String, right: String) {
    var parts: [String] = []
    switch value {
    case .string(let text): parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    case .list(let list): parts = list.compactMap { if case .string(let part) = $0 { part } else { nil } }
    default: break
    }
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw ModelError(path, found: "the merge \(value.forMessage)", expected: "two symbols")
    }
    return (parts[0], parts[1])
  }
}
