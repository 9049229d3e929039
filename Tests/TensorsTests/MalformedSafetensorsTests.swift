import Foundation
import Tensors
import TestSupport
import Testing

/// Every way in which a header may lie gets one line that says so.
@Suite struct MalformedSafetensorsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let bytes: [UInt8]
    let tensor: String?
    let found: String
    let expected: String
    var testDescription: String { what }
  }

  /// A file whose tensor "x" claims `claim`, with `data` bytes behind the header.
  static func claim(_ claim: String, data: Int = 8) -> [UInt8] {
    safetensors(header: #"{"x":{\#(claim)}}"#, data: [UInt8](repeating: 0, count: data))
  }

  static func header(_ header: String, data: Int = 0) -> [UInt8] {
    safetensors(header: header, data: [UInt8](repeating: 0, count: data))
  }

  static let good = #""dtype":"F32","shape":[2],"data_offsets":[0,8]"#
  static let keys = "dtype, shape and data_offsets"
  static let types = "one of F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL, F8_E4M3, F8_E5M2, F8_E8M0"

  static let cases: [Case] = [
    // The file and its header's length.
    Case(
      what: "empty file", bytes: [], tensor: nil,
      found: "a file of 0 bytes", expected: "at least 8, the length of the header"),
    Case(
      what: "seven bytes", bytes: [0, 0, 0, 0, 0, 0, 0], tensor: nil,
      found: "a file of 7 bytes", expected: "at least 8, the length of the header"),
    Case(
      what: "no header", bytes: safetensors(header: "", length: 0), tensor: nil,
      found: "a header length of 0", expected: "2 to 100000000"),
    Case(
      what: "header of one byte", bytes: safetensors(header: "{}", length: 1), tensor: nil,
      found: "a header length of 1", expected: "2 to 100000000"),
    Case(
      what: "header longer than the file", bytes: safetensors(header: "{}", length: 3), tensor: nil,
      found: "a header length of 3 in a file of 10 bytes",
      expected: "at most 2; the file is cut short or is no safetensors file"),
    Case(
      what: "huge header length", bytes: safetensors(header: "{}", length: 1 << 40), tensor: nil,
      found: "a header length of 1099511627776 in a file of 10 bytes",
      expected: "at most 2; the file is cut short or is no safetensors file"),
    Case(
      what: "negative header length", bytes: safetensors(header: "{}", length: .max), tensor: nil,
      found: "a header length of 18446744073709551615 in a file of 10 bytes",
      expected: "at most 2; the file is cut short or is no safetensors file"),
    Case(
      what: "truncated data", bytes: claim(good, data: 7), tensor: "x",
      found: "data_offsets [0, 8]", expected: "begin and end, in order, from 0 to 7"),
    Case(
      what: "truncated header", bytes: Array(claim(good).prefix(30)), tensor: nil,
      found: "a header length of 54 in a file of 30 bytes",
      expected: "at most 22; the file is cut short or is no safetensors file"),

    // Text and JSON.
    Case(
      what: "header that begins with no brace", bytes: header(" {}"), tensor: nil,
      found: "byte 0x20 at the start of the header", expected: "'{'"),
    Case(
      what: "header that is a list", bytes: header("[]"), tensor: nil,
      found: "byte 0x5b at the start of the header", expected: "'{'"),
    Case(
      what: "name that is no UTF-8",
      bytes: safetensors(header: Array("{\"".utf8) + [0xFF, 0xC0] + Array("\":1}".utf8)),
      tensor: nil, found: "bytes that are not UTF-8 at byte 2 of the header", expected: "UTF-8 text"),
    Case(
      what: "bytes that are no UTF-8 outside strings", bytes: safetensors(header: [0x7B, 0xFE, 0x7D]), tensor: nil,
      found: "byte 0xfe at byte 1 of the header", expected: "a string"),
    Case(
      what: "no JSON", bytes: header("{hello}"), tensor: nil,
      found: "'h' at byte 1 of the header", expected: "a string"),
    Case(
      what: "JSON that ends early", bytes: header(#"{"x":{"dtype":"#), tensor: "x",
      found: "the end at byte 14 of the header", expected: "a string"),
    Case(
      what: "trailing comma", bytes: header(#"{"x":{\#(good)},}"#, data: 8), tensor: nil,
      found: "'}' at byte 54 of the header", expected: "a string"),
    Case(
      what: "missing comma", bytes: header(#"{"__metadata__":{"a":"b" "c":"d"}}"#), tensor: "__metadata__",
      found: "'\"' at byte 25 of the header", expected: "',' or '}'"),
    Case(
      what: "text behind the object", bytes: header("{} {}"), tensor: nil,
      found: "'{' at byte 3 of the header", expected: "nothing more"),
    Case(
      what: "half a surrogate pair", bytes: header(#"{"\ud800":{\#(good)}}"#, data: 8), tensor: nil,
      found: "half of a surrogate pair at byte 2 of the header", expected: "a whole character"),
    Case(
      what: "raw line feed in a name", bytes: header("{\"a\nb\":{\(good)}}", data: 8), tensor: nil,
      found: "byte 0xa at byte 3 of the header", expected: "a control character to be escaped"),

    // Keys and kinds.
    Case(
      what: "tensor that is no object", bytes: header(#"{"x":[1]}"#), tensor: "x",
      found: "'[' at byte 5 of the header", expected: "an object"),
    Case(
      what: "deep nesting where an object belongs", bytes: header(#"{"x":"# + String(repeating: "[", count: 200_000)),
      tensor: "x", found: "'[' at byte 5 of the header", expected: "an object"),
    Case(
      what: "deep nesting of objects",
      bytes: header(String(repeating: #"{"x":"#, count: 100_000)), tensor: "x",
      found: "the key 'x' at byte 10 of the header", expected: "dtype, shape and data_offsets, each once"),
    Case(
      what: "same tensor twice", bytes: header(#"{"x":{\#(good)},"x":{\#(good)}}"#, data: 8), tensor: "x",
      found: "the name twice", expected: "each tensor once"),
    Case(
      what: "same tensor twice, once escaped", bytes: header(#"{"x":{\#(good)},"\u0078":{\#(good)}}"#, data: 8),
      tensor: "x", found: "the name twice", expected: "each tensor once"),
    Case(
      what: "same key twice", bytes: claim(good + #","dtype":"F32""#), tensor: "x",
      found: "the key 'dtype' at byte 61 of the header", expected: "dtype, shape and data_offsets, each once"),
    Case(
      what: "unknown key", bytes: claim(good + #","stride":[1]"#), tensor: "x",
      found: "the key 'stride' at byte 62 of the header", expected: "dtype, shape and data_offsets, each once"),
    Case(
      what: "no dtype", bytes: claim(#""shape":[2],"data_offsets":[0,8]"#), tensor: "x",
      found: "no dtype at byte 39 of the header", expected: keys),
    Case(
      what: "no shape", bytes: claim(#""dtype":"F32","data_offsets":[0,8]"#), tensor: "x",
      found: "no shape at byte 41 of the header", expected: keys),
    Case(
      what: "no data_offsets", bytes: claim(#""dtype":"F32","shape":[2]"#), tensor: "x",
      found: "no data_offsets at byte 32 of the header", expected: keys),
    Case(
      what: "metadata that is no object", bytes: header(#"{"__metadata__":"pt"}"#), tensor: "__metadata__",
      found: "'\"' at byte 16 of the header", expected: "an object"),
    Case(
      what: "metadata that is no text", bytes: header(#"{"__metadata__":{"a":1}}"#), tensor: "__metadata__",
      found: "'1' at byte 21 of the header", expected: "a string"),
    Case(
      what: "metadata twice", bytes: header(#"{"__metadata__":{},"__metadata__":{}}"#), tensor: "__metadata__",
      found: "the name twice at byte 34 of the header", expected: "it once"),
    Case(
      what: "same metadata twice", bytes: header(#"{"__metadata__":{"a":"1","a":"2"}}"#), tensor: "__metadata__",
      found: "'a' twice at byte 32 of the header", expected: "each name once"),

    // Types.
    Case(
      what: "unknown type", bytes: claim(#""dtype":"F12","shape":[2],"data_offsets":[0,8]"#), tensor: "x",
      found: "the type 'F12'", expected: types),
    Case(
      what: "type in small letters", bytes: claim(#""dtype":"f32","shape":[2],"data_offsets":[0,8]"#), tensor: "x",
      found: "the type 'f32'", expected: types),
    Case(
      what: "type that is a number", bytes: claim(#""dtype":32,"shape":[2],"data_offsets":[0,8]"#), tensor: "x",
      found: "'3' at byte 14 of the header", expected: "a string"),

    // Shapes.
    Case(
      what: "negative axis", bytes: claim(#""dtype":"F32","shape":[-2],"data_offsets":[0,8]"#), tensor: "x",
      found: "the shape [-2]", expected: "no negative axis"),
    Case(
      what: "two negative axes", bytes: claim(#""dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]"#), tensor: "x",
      found: "the shape [-2, -1]", expected: "no negative axis"),
    Case(
      what: "overflowing shape",
      bytes: claim(#""dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]"#), tensor: "x",
      found: "the shape [4294967296, 4294967296, 2]", expected: "fewer bytes than 2^63"),
    Case(
      what: "shape that overflows to the right size",
      bytes: claim(#""dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]"#), tensor: "x",
      found: "the shape [4611686018427387906]", expected: "fewer bytes than 2^63"),
    Case(
      what: "axis beyond 64 bits",
      bytes: claim(#""dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]"#), tensor: "x",
      found: "'99999999999999999999' at byte 29 of the header", expected: "a whole number of at most 64 bits"),
    Case(
      what: "axis with a fraction", bytes: claim(#""dtype":"F32","shape":[2.0],"data_offsets":[0,8]"#), tensor: "x",
      found: "'2.0' at byte 29 of the header", expected: "a whole number of at most 64 bits"),
    Case(
      what: "axis with an exponent", bytes: claim(#""dtype":"F32","shape":[2e0],"data_offsets":[0,8]"#), tensor: "x",
      found: "'2e0' at byte 29 of the header", expected: "a whole number of at most 64 bits"),
    Case(
      what: "axis with a leading zero", bytes: claim(#""dtype":"F32","shape":[02],"data_offsets":[0,8]"#), tensor: "x",
      found: "'2' at byte 30 of the header", expected: "',' or ']'"),
    Case(
      what: "axis that is text", bytes: claim(#""dtype":"F32","shape":["2"],"data_offsets":[0,8]"#), tensor: "x",
      found: "'\"' at byte 29 of the header", expected: "a whole number"),
    Case(
      what: "endless axes",
      bytes: claim(#""dtype":"F32","shape":[\#(String(repeating: "1,", count: 100))2],"data_offsets":[0,8]"#),
      tensor: "x", found: "more than 32 numbers at byte 93 of the header", expected: "at most 32"),
    Case(
      what: "shape that needs more bytes", bytes: claim(#""dtype":"F32","shape":[3],"data_offsets":[0,8]"#),
      tensor: "x",
      found: "8 bytes", expected: "12 for F32 of shape [3]"),
    Case(
      what: "type that needs fewer bytes", bytes: claim(#""dtype":"F16","shape":[2],"data_offsets":[0,8]"#),
      tensor: "x",
      found: "8 bytes", expected: "4 for F16 of shape [2]"),

    // Offsets.
    Case(
      what: "negative offset", bytes: claim(#""dtype":"F32","shape":[2],"data_offsets":[-8,0]"#), tensor: "x",
      found: "data_offsets [-8, 0]", expected: "begin and end, in order, from 0 to 8"),
    Case(
      what: "reversed offsets", bytes: claim(#""dtype":"F32","shape":[2],"data_offsets":[8,0]"#), tensor: "x",
      found: "data_offsets [8, 0]", expected: "begin and end, in order, from 0 to 8"),
    Case(
      what: "offset out of range",
      bytes: claim(#""dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]"#), tensor: "x",
      found: "data_offsets [9223372036854775799, 9223372036854775807]",
      expected: "begin and end, in order, from 0 to 8"),
    Case(
      what: "one offset", bytes: claim(#""dtype":"F32","shape":[2],"data_offsets":[8]"#), tensor: "x",
      found: "data_offsets [8]", expected: "begin and end, in order, from 0 to 8"),
    Case(
      what: "three offsets", bytes: claim(#""dtype":"F32","shape":[2],"data_offsets":[0,8,8]"#), tensor: "x",
      found: "more than 2 numbers at byte 52 of the header", expected: "at most 2"),
    Case(
      what: "overlap",
      bytes: header(#"{"x":{\#(good)},"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, data: 12), tensor: "y",
      found: "an overlap with another tensor", expected: "data_offsets that begin at 8"),
    Case(
      what: "two tensors on the same bytes", bytes: header(#"{"x":{\#(good)},"y":{\#(good)}}"#, data: 8), tensor: "y",
      found: "an overlap with another tensor", expected: "data_offsets that begin at 8"),
    Case(
      what: "empty tensor inside another",
      bytes: header(#"{"x":{\#(good)},"y":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#, data: 8), tensor: "y",
      found: "an overlap with another tensor", expected: "data_offsets that begin at 8"),
    Case(
      what: "hole at the start", bytes: claim(#""dtype":"F32","shape":[1],"data_offsets":[4,8]"#), tensor: "x",
      found: "4 unused bytes before it", expected: "data_offsets that begin at 0"),
    Case(
      what: "hole between tensors",
      bytes: header(#"{"x":{\#(good)},"y":{"dtype":"F32","shape":[2],"data_offsets":[10,18]}}"#, data: 18), tensor: "y",
      found: "2 unused bytes before it", expected: "data_offsets that begin at 8"),
    Case(
      what: "bytes behind the last tensor", bytes: claim(good, data: 9), tensor: nil,
      found: "1 bytes behind the last tensor", expected: "none"),
    Case(
      what: "data without tensors", bytes: header("{}", data: 3), tensor: nil,
      found: "3 bytes behind the last tensor", expected: "none"),
  ]

  @Test(arguments: cases) func isRefused(_ malformed: Case) throws {
    let folder = try ScratchFolder()
    let url = try folder.write(malformed.bytes, to: "weights.safetensors")
    let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(contentsOf: url) }
    #expect(error.file == url.path)
    #expect(error.tensor == malformed.tensor)
    #expect(error.found == malformed.found)
    #expect(error.expected == malformed.expected)
    #expect(!error.description.contains("\n"))
  }

  @Test func showsNamesOnOneShortLine() throws {
    let folder = try ScratchFolder()
    let name = #"\n\u001b[31m"# + String(repeating: "x", count: 10_000)
    let url = try folder.write(safetensors(header: #"{"\#(name)":{}}"#), to: "w.safetensors")
    let message = refusal { try SafetensorsFile(contentsOf: url) }
    #expect(message.hasPrefix(#"cannot read \#(url.path), tensor '\u{a}\u{1b}[31mxxx"#))
    #expect(message.count < 400)
  }

  static let crowds: [(opening: String, item: String, closing: String)] = [
    ("{", #"":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#, "}"), (#"{"__metadata__":{"#, #"":"""#, "}}"),
  ]

  @Test(arguments: crowds) func refusesMoreNamesThanAnyModelHas(opening: String, item: String, closing: String) throws {
    let folder = try ScratchFolder()
    func open(_ count: Int) throws -> SafetensorsFile {
      let header = opening + (0..<count).map { "\"\($0)\(item)" }.joined(separator: ",") + closing
      return try SafetensorsFile(contentsOf: folder.write(safetensors(header: header), to: "w.safetensors"))
    }
    #expect(try open(100_000).url.lastPathComponent == "w.safetensors")
    #expect(refusal { try open(100_001) }.contains("found more than 100000 names at byte"))
  }
}
