import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try SafetensorsFile(contentsOf: folder.write(bytes, to: "weights.safetensors"))
  }

  @Test func readsWhatWasWritten() throws {
    let file = try open(safetensors([("b", [2, 2], [1, -2, 0.5, .infinity]), ("a", [], [7]), ("none", [0, 3], [])]))
    #expect(file.names == ["a", "b", "none"])
    #expect(try file.ndarray("b") == NDArray([1, -2, 0.5, .infinity], shape: [2, 2]))
    #expect(try file.doubles("a") == [7])
    #expect(file["a"]?.shape == [])
    #expect(try file.ndarray("none") == NDArray([], shape: [0, 3]))
    #expect(file["c"] == nil)
  }

  static let typed: [(StoredType, [UInt8], Double)] = [
    (.f64, [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F], 0.1),
    (.f32, [0, 0, 0x20, 0xC0], -2.5),
    (.f16, [0x01, 0x00], 0x1p-24),
    (.bf16, [0x80, 0xBF], -1),
    (.i64, [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], -2),
    (.i32, [0xFD, 0xFF, 0xFF, 0xFF], -3),
    (.i16, [0xFC, 0xFF], -4),
    (.i8, [0xFB], -5),
    (.u64, [0, 0, 0, 0, 0, 0, 0, 0x80], 0x1p63),
    (.u32, [0xFF, 0xFF, 0xFF, 0xFF], 4_294_967_295),
    (.u16, [0xFF, 0xFF], 65_535),
    (.u8, [200], 200),
    (.bool, [1], 1),
  ]

  @Test(arguments: typed) func readsEveryTypeAtOddAddresses(type: StoredType, bytes: [UInt8], value: Double) throws {
    let end = bytes.count + 1
    let header =
      #"{"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
      + #""x":{"dtype":"\#(type.rawValue)","shape":[1],"data_offsets":[1,\#(end)]}}"#
    let file = try open(safetensors(header: header, data: [9] + bytes))
    #expect(try file.doubles("x") == [value])
    #expect(try file.ndarray("x").values == [Float(value)])
    let entry = try #require(file["x"])
    #expect(file.withBytes(of: entry) { Array($0) } == bytes)
  }

  @Test(arguments: [StoredType.f8e4m3, .f8e5m2, .f8e8m0]) func refusesEightBitFloatsByName(type: StoredType) throws {
    let header = #"{"x":{"dtype":"\#(type.rawValue)","shape":[2],"data_offsets":[0,2]}}"#
    let file = try open(safetensors(header: header, data: [1, 2]))
    #expect(file["x"]?.type == type)
    let error = try #require(throws: SafetensorsError.self) { try file.ndarray("x") }
    #expect(error.found == "numbers of type \(type.rawValue)")
    #expect(error.expected == "a type of 16 bits or more, or integers; convert the file to F16 or F32")
    #expect(throws: SafetensorsError.self) { try file.doubles("x") }
  }

  @Test func namesTheTensorThatIsNotThere() throws {
    let file = try open(safetensors([("a", [1], [1])]))
    let error = try #require(throws: SafetensorsError.self) { try file.ndarray("b") }
    #expect(error.description == "cannot read \(file.url.path), tensor 'b': found no tensor of this name, expected one")
  }

  @Test func keepsMetadata() throws {
    let file = try open(safetensors(header: #"{"__metadata__":{"format":"pt","é\n\u0041\ud83d\ude80":"\\"}}   "#))
    #expect(file.metadata == ["format": "pt", "é\nA🚀": "\\"])
    #expect(file.names == [])
  }

  @Test func refusesFoldersPipesAndMissingFiles() throws {
    let missing = folder.url.appendingPathComponent("missing")
    let pipe = folder.url.appendingPathComponent("pipe")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    for (url, found) in [
      (missing, "no such file or directory"), (folder.url, "is a directory"), (pipe, "not a regular file"),
    ] {
      #expect(
        refusal { try SafetensorsFile(contentsOf: url) }
          == "cannot read \(url.path): found \(found), expected a safetensors file")
    }
  }
}
