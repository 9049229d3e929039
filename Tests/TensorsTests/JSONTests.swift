import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct JSONTests {
  func read(_ text: String) throws -> JSONValue {
    var text = text
    return try text.withUTF8 { try JSONValue(UnsafeRawBufferPointer($0)) }
  }

  static let values: [(text: String, value: JSONValue)] = [
    ("null", .null), (" true ", true), ("false\n", false), ("0", 0), ("-7", -7), ("-0", 0),
    ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(0x1p63)),
    ("1.5e3", .number(1500)), ("-0.25E-1", .number(-0.025)), (#""""#, ""),
    (#""a\"\\\/\b\f\n\r\tA""#, "a\"\\/\u{8}\u{c}\n\r\tA"),
    (#""\u00e9\ud83d\ude80""#, "é🚀"), ("\"é🚀\"", "é🚀"), ("[]", .list([])), ("[1,[2 , 3]]", .list([1, .list([2, 3])])),
    ("{}", .object([:])), (#"{"a":{"b":null},"c":[]}"#, .object(["a": .object(["b": .null]), "c": .list([])])),
    (String(repeating: "[", count: 64) + String(repeating: "]", count: 64), nested(64)),
  ]

  static func nested(_ depth: Int) -> JSONValue {
    (1..<depth).reduce(.list([])) { inner, _ in .list([inner]) }
  }

  @Test(arguments: values) func reads(text: String, value: JSONValue) throws {
    #expect(try read(text) == value)
  }

  static let malformed: [(text: String, offset: Int, expected: String)] = [
    ("", 0, "a value"), ("nul", 0, "null"), ("tru", 0, "true or false"), ("truely", 4, "nothing more"),
    ("01", 1, "nothing more"), ("+1", 0, "a value"), (".5", 0, "a value"), ("1.", 2, "a digit"), ("1e", 2, "a digit"),
    ("-", 1, "a digit"), ("1e999", 0, "a number of finite size"), ("NaN", 0, "a value"), ("Infinity", 0, "a value"),
    ("'a'", 0, "a value"), (#""a"#, 2, "'\"' at the end of the string"),
    ("\"\t\"", 1, "a control character to be escaped"),
    (#""\x""#, 2, "an escape such as \\n or \\u0041"), (#""\u12""#, 5, "four hexadecimal digits"),
    (#""\ud800""#, 1, "a whole character"), (#""\ud800\u0041""#, 1, "a whole character"),
    (#""\udc00""#, 1, "a whole character"),
    ("[1,]", 3, "a value"), ("[1 2]", 3, "',' or ']'"), ("[,1]", 1, "a value"), ("[1", 2, "',' or ']'"),
    ("[", 1, "a value"),
    ("{a:1}", 1, "a string"), (#"{"a" 1}"#, 5, "':' behind the name"), (#"{"a":1,}"#, 7, "a string"),
    (#"{"a":}"#, 5, "a value"),
    (#"{"a":1"#, 6, "',' or '}'"), ("{} {}", 3, "nothing more"), ("]", 0, "a value"), ("[}", 1, "a value"),
    ("{]", 1, "a string"),
    (#"{"a":1,"\u0061":2}"#, 16, "each name once"),
  ]

  @Test(arguments: malformed) func refuses(text: String, offset: Int, expected: String) {
    #expect { try read(text) } throws: { error in
      let error = error as? JSONError
      return error?.offset == offset && error?.expected == expected
    }
  }

  @Test(arguments: ["[", #"{"a":"#]) func refusesDeepNesting(opening: String) throws {
    let text = String(repeating: opening, count: 1_000_000)
    #expect(refusal { try read(text) }.contains("more than 64 levels of nesting"))
  }

  @Test func placesErrorsByLineAndColumn() throws {
    let folder = try ScratchFolder()
    let url = try folder.write("{\n  \"é\": 1,\n  \"b\": x\n}", to: "a.json")
    let error = #expect(throws: JSONFileError.self) { try JSONValue(contentsOf: url) }
    #expect(error == JSONFileError(found: "'x' at line 3, column 8", expected: "a value"))
  }

  @Test func refusesHugeFilesUnread() throws {
    let folder = try ScratchFolder()
    let url = try folder.write("[]", to: "a.json")
    let file = try FileHandle(forWritingTo: url)
    try file.truncate(atOffset: 1 << 40)
    try file.close()
    let error = #expect(throws: JSONFileError.self) { try JSONValue(contentsOf: url) }
    #expect(error == JSONFileError(found: "a file of 1099511627776 bytes", expected: "at most 67108864"))
  }
}
