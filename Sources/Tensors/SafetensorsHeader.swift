/// The header of a safetensors file, read strictly.
struct SafetensorsHeader {
  let entries: [String: SafetensorsFile.Entry]
  let metadata: [String: String]

  /// The reference implementation refuses longer headers, too.
  static let longest = 100_000_000
  /// Tensors, and texts of metadata: far more than models have, few enough that a hostile header takes little memory.
  static let mostNames = 100_000
  /// More axes than any tensor has.
  static let mostAxes = 32

  /// `bytes` is the whole file, `path` its name for messages.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
    let length = try Self.length(bytes, path: path)
    let start = 8 + length
    var reader = HeaderReader(json: JSONReader(UnsafeRawBufferPointer(rebasing: bytes[8..<start])))
    do {
      try reader.read()
    } catch {
      throw SafetensorsError(
        file: path, tensor: reader.current, found: "\(error.found) at byte \(error.offset) of the header",
        expected: error.expected)
    }
    let layout = Layout(path: path, data: start..<bytes.count)
    var entries: [String: SafetensorsFile.Entry] = [:]
    entries.reserveCapacity(reader.claims.count)
    for (name, claim) in reader.claims {
      guard entries.updateValue(try layout.entry(name, claim), forKey: name) == nil else {
        throw SafetensorsError(file: path, tensor: name, found: "the name twice", expected: "each tensor once")
      }
    }
    try layout.check(entries)
    self.entries = entries
    metadata = reader.metadata
  }

  private static func length(_ bytes: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) -> Int {
    guard bytes.count >= 8 else {
      throw SafetensorsError(
        file: path, found: "a file of \(bytes.count) bytes", expected: "at least 8, the length of the header")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(bytes.count - 8) else {
      throw SafetensorsError(
        file: path, found: "a header length of \(length) in a file of \(bytes.count) bytes",
        expected: "at most \(bytes.count - 8); the file is cut short or is no safetensors file")
    }
    guard (2...UInt64(longest)).contains(length) else {
      throw SafetensorsError(file: path, found: "a header length of \(length)", expected: "2 to \(longest)")
    }
    guard bytes[8] == UInt8(ascii: "{") else {
      throw SafetensorsError(
        file: path, found: "byte 0x\(String(bytes[8], radix: 16)) at the start of the header", expected: "'{'")
    }
    return Int(length)
  }
}

/// What the header claims of a tensor, before anything is checked against the file.
private struct Claim {
  var type: String
  var shape: [Int]
  var offsets: [Int]
}

/// Turns the header's JSON into claims.
private struct HeaderReader {
  var json: JSONReader
  /// In the order of the file, so that of several faults always the same one is reported.
  var claims: [(name: String, claim: Claim)] = []
  var metadata: [String: String] = [:]
  /// The tensor that is being read, for messages.
  var current: String?

  mutating func read() throws(JSONError) {
    var hasMetadata = false
    try json.beginObject()
    while let name = try json.nextName() {
      current = name
      if name == "__metadata__" {
        guard !hasMetadata else { throw failure("the name twice", expected: "it once") }
        hasMetadata = true
        try readMetadata()
      } else {
        guard claims.count < SafetensorsHeader.mostNames else { throw tooMany }
        claims.append((name, try readClaim()))
      }
      current = nil
    }
    try json.end()
  }

  private mutating func readMetadata() throws(JSONError) {
    try json.beginObject()
    while let name = try json.nextName() {
      guard metadata.count < SafetensorsHeader.mostNames else { throw tooMany }
      guard metadata.updateValue(try json.string(), forKey: name) == nil else {
        throw failure("\(name.forMessage) twice", expected: "each name once")
      }
    }
  }

  private mutating func readClaim() throws(JSONError) -> Claim {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try json.beginObject()
    while let key = try json.nextName() {
      switch key {
      case "dtype" where type == nil: type = try json.string()
      case "shape" where shape == nil: shape = try integers(atMost: SafetensorsHeader.mostAxes)
      case "data_offsets" where offsets == nil: offsets = try integers(atMost: 2)
      default:
        throw failure("the key \(key.forMessage)", expected: "dtype, shape and data_offsets, each once")
      }
    }
    guard let type, let shape, let offsets else {
      let missing = type == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
      throw failure("no \(missing)", expected: "dtype, shape and data_offsets")
    }
    return Claim(type: type, shape: shape, offsets: offsets)
  }

  private mutating func integers(atMost limit: Int) throws(JSONError) -> [Int] {
    try json.beginArray()
    var numbers: [Int] = []
    while try json.nextElement() {
      guard numbers.count < limit else { throw failure("more than \(limit) numbers", expected: "at most \(limit)") }
      numbers.append(try json.integer())
    }
    return numbers
  }

  private var tooMany: JSONError {
    failure("more than \(SafetensorsHeader.mostNames) names", expected: "at most that many")
  }

  private func failure(_ found: String, expected: String) -> JSONError {
    JSONError(offset: json.offset, found: found, expected: expected)
  }
}

/// Holds claims against the file's data section.
private struct Layout {
  let path: String
  /// The data section within the file.
  let data: Range<Int>

  func entry(_ name: String, _ claim: Claim) throws(SafetensorsError) -> SafetensorsFile.Entry {
    guard let type = StoredType(rawValue: claim.type) else {
      let known = StoredType.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure("the type \(claim.type.forMessage)", at: name, expected: "one of \(known)")
    }
    let size = try size(name, type, claim.shape)
    let offsets = claim.offsets
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= data.count else {
      throw failure("data_offsets \(offsets)", at: name, expected: "begin and end, in order, from 0 to \(data.count)")
    }
    guard offsets[1] - offsets[0] == size else {
      throw failure(
        "\(offsets[1] - offsets[0]) bytes", at: name, expected: "\(size) for \(type.rawValue) of shape \(claim.shape)")
    }
    let range = data.lowerBound + offsets[0]..<data.lowerBound + offsets[1]
    return SafetensorsFile.Entry(type: type, shape: claim.shape, range: range)
  }

  private func size(_ name: String, _ type: StoredType, _ shape: [Int]) throws(SafetensorsError) -> Int {
    var size = type.size
    for axis in shape {
      guard axis >= 0 else { throw failure("the shape \(shape)", at: name, expected: "no negative axis") }
      let (product, overflow) = size.multipliedReportingOverflow(by: axis)
      guard !overflow else { throw failure("the shape \(shape)", at: name, expected: "fewer bytes than 2^63") }
      size = product
    }
    return size
  }

  /// The tensors must follow one another and fill the data section.
  func check(_ entries: [String: SafetensorsFile.Entry]) throws(SafetensorsError) {
    let inOrder = entries.sorted {
      ($0.value.range.lowerBound, $0.value.range.upperBound, $0.key)
        < ($1.value.range.lowerBound, $1.value.range.upperBound, $1.key)
    }
    var position = data.lowerBound
    for (name, entry) in inOrder {
      let begin = entry.range.lowerBound
      guard begin == position else {
        let found = begin < position ? "an overlap with another tensor" : "\(begin - position) unused bytes before it"
        throw failure(found, at: name, expected: "data_offsets that begin at \(position - data.lowerBound)")
      }
      position = entry.range.upperBound
    }
    guard position == data.upperBound else {
      throw failure("\(data.upperBound - position) bytes behind the last tensor", expected: "none")
    }
  }

  private func failure(_ found: String, at tensor: String? = nil, expected: String) -> SafetensorsError {
    SafetensorsError(file: path, tensor: tensor, found: found, expected: expected)
  }
}
