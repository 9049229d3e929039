package import Foundation

/// CLIP's tokenizer: lower-cased text to ids by byte-pair encoding (Radford et al., 2021; Sennrich et al., 2016).
///
/// The steps are those of transformers' CLIPTokenizer (version 5, without ftfy).
package struct Tokenizer: Sendable {
  /// The ids around every chunk, and those behind its end.
  package let begin, end, padding: Int
  /// The length of a chunk with begin and end.
  package let chunkLength: Int

  private let words: BytePairEncoding
  private let added: AddedTokens

  /// Reads the files of a tokenizer's folder.
  ///
  /// `positions` is the longest chunk that the text encoder takes.
  package init(contentsOf folder: URL, positions: Int) throws(ModelError) {
    let files = try TokenizerFiles(in: folder)
    words = try BytePairEncoding(files)
    added = try AddedTokens(files)
    begin = try files.id(of: .begin)
    end = try files.id(of: .end)
    padding = try files.id(of: .padding)
    chunkLength = min(try files.longest ?? positions, positions)
    guard chunkLength >= 3 else {
      throw ModelError(
        folder.path, found: "chunks of \(chunkLength) tokens", expected: "at least 3: begin, one more, end")
    }
  }

  /// The highest id that can come out.
  package var largestID: Int { max(words.largestID, added.largestID) }

  /// The ids of `text`, without begin and end.
  package func encode(_ text: String) -> [Int] {
    added.split(text).flatMap { part in
      switch part {
      case .token(let id): [id]
      case .text(let text): pieces(of: text).flatMap(words.encode)
      }
    }
  }

  /// The ids of `text` in chunks of ``chunkLength``, each with begin and end, the last one padded.
  ///
  /// An empty text gives one chunk.
  package func chunks(_ text: String) -> [[Int]] {
    let ids = encode(text)
    let room = chunkLength - 2
    return stride(from: 0, to: max(ids.count, 1), by: room).map { start in
      chunk(ids[start..<min(start + room, ids.count)])
    }
  }

  private func chunk(_ ids: ArraySlice<Int>) -> [Int] {
    [begin] + ids + [end] + Array(repeating: padding, count: chunkLength - 2 - ids.count)
  }
}
