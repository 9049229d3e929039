internal import Tensors

/// Byte-pair encoding of single words: bytes, merged in the order that was learned.
struct BytePairEncoding: Sendable {
  private struct Pair: Hashable {
    let left, right: Int
  }
  private struct Merge {
    let rank: Int
    let id: Int
  }

  private let merges: [Pair: Merge]
  /// The id of each byte inside of a word and at its end; bytes that the vocabulary lacks have the unknown token's.
  private let inner, last: [Int]
  let largestID: Int

  init(_ files: TokenizerFiles) throws(ModelError) {
    let vocabulary = files.vocabulary
    let unknown = try files.id(of: .unknown)
    let alphabet = Self.alphabet
    inner = alphabet.map { vocabulary[String($0)] ?? unknown }
    last = alphabet.map { vocabulary["\($0)</w>"] ?? unknown }
    largestID = vocabulary.values.max() ?? 0

    var merges: [Pair: Merge] = [:]
    merges.reserveCapacity(files.merges.count)
    for (rank, merge) in files.merges.enumerated() {
      guard let left = vocabulary[merge.left], let right = vocabulary[merge.right],
        let id = vocabulary[merge.left + merge.right]
      else {
        throw ModelError(
          files.mergesPath, found: "the merge of \(merge.left.forMessage) and \(merge.right.forMessage)",
          expected: "both and their sum to be in the vocabulary")
      }
      // Of a merge that is listed twice, the later one counts, as in the reference.
      merges[Pair(left: left, right: right)] = Merge(rank: rank, id: id)
    }
    self.merges = merges
  }

  /// The character that stands for each byte in vocabulary files: itself where it is printable, else one from U+0100 on.
  static let alphabet: [Character] = {
    let printable = Set<UInt8>(0x21...0x7E).union(0xA1...0xAC).union(0xAE...0xFF)
    var next: UInt32 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
      if printable.contains(byte) { return Character(Unicode.Scalar(byte)) }
      defer { next += 1 }
      return Character(Unicode.Scalar(next) ?? "?")
    }
  }()

  /// The ids of a word, which is not empty.
  func encode(_ word: Substring.UnicodeScalarView) -> [Int] {
    let bytes = Array(String(word).utf8)
    var symbols = LinkedSymbols(bytes.dropLast().map { inner[Int($0)] } + bytes.suffix(1).map { last[Int($0)] })
    var candidates = Heap<Candidate>()
    func consider(_ place: Int) {
      guard let pair = symbols.pair(at: place), let merge = merges[Pair(left: pair.0, right: pair.1)] else { return }
      candidates.insert(Candidate(rank: merge.rank, place: place, id: merge.id))
    }
    for place in bytes.indices { consider(place) }
    while let best = candidates.removeFirst() {
      // The pair may be gone, or be another one, since it was found.
      guard let pair = symbols.pair(at: best.place), merges[Pair(left: pair.0, right: pair.1)]?.id == best.id else {
        continue
      }
      let previous = symbols.merge(at: best.place, into: best.id)
      if let previous { consider(previous) }
      consider(best.place)
    }
    return symbols.ids
  }

  /// A pair that could be merged; the lowest rank comes first, then the leftmost.
  private struct Candidate: Comparable {
    let rank, place, id: Int

    static func < (a: Self, b: Self) -> Bool { (a.rank, a.place) < (b.rank, b.place) }
  }
}

/// Symbols that know their neighbours, so that merging two costs the same wherever they are.
private struct LinkedSymbols {
  private var symbols: [Int?]
  private var previous, next: [Int]

  init(_ ids: [Int]) {
    symbols = ids
    previous = ids.indices.map { $0 - 1 }
    next = ids.indices.map { $0 + 1 }
  }

  /// The symbol at `place` and the one behind it, if both are there.
  func pair(at place: Int) -> (Int, Int)? {
    guard let left = symbols[place], next[place] < symbols.count, let right = symbols[next[place]] else { return nil }
    return (left, right)
  }

  /// Puts `id` in the place of a pair, and returns the place before it.
  mutating func merge(at place: Int, into id: Int) -> Int? {
    let gone = next[place]
    symbols[place] = id
    symbols[gone] = nil
    next[place] = next[gone]
    if next[gone] < symbols.count { previous[next[gone]] = place }
    return previous[place] >= 0 ? previous[place] : nil
  }

  var ids: [Int] { symbols.compactMap { $0 } }
}

/// A binary heap with the smallest element first.
private struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  mutating func insert(_ element: Element) {
    elements.append(element)
    var i = elements.count - 1
    while i > 0, elements[i] < elements[(i - 1) / 2] {
      elements.swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  mutating func removeFirst() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return first }
    elements[0] = last
    var i = 0
    while let child = [2 * i + 1, 2 * i + 2].filter({ $0 < elements.count }).min(by: { elements[$0] < elements[$1] }),
      elements[child] < elements[i]
    {
      elements.swapAt(i, child)
      i = child
    }
    return first
  }
}
