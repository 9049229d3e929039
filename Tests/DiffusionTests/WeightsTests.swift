import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct WeightsTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  func weights(
    _ tensors: [(name: String, shape: [Int], values: [Float])], dropping prefix: String = "", ignoring: Set<String> = []
  ) throws -> Weights {
    let file = try SafetensorsFile(contentsOf: folder.write(safetensors(tensors), to: "w.safetensors"))
    return try Weights([file], label: "unet", dropping: prefix, ignoring: ignoring)
  }

  @Test func looksAtNamesByPath() throws {
    let w = try weights([("down.0.norm.weight", [2], [1, 2]), ("down.0.norm.bias", [2], [3, 4])])
    let norm = w["down"][0]["norm"]
    #expect(norm.has("weight"))
    #expect(!norm.has("scale"))
    #expect(!w.has("weight"))
    #expect(try norm.tensor("weight", [2]).floats() == [1, 2])
    #expect(try w["down.0"].tensor("norm.bias", [2]).floats() == [3, 4])
    try w.finish()
  }

  @Test func tensorsOutliveTheView() throws {
    let tensor = try weights([("a", [2, 1], [1, 2])]).tensor("a", [2, 1])
    #expect(tensor.shape == [2, 1])
    #expect(tensor.floats() == [1, 2])
  }

  @Test func takesOneByOneConvolutionsAsMatrices() throws {
    let w = try weights([("a", [2, 1, 1, 1], [1, 2]), ("b", [1, 2], [3, 4]), ("c", [2, 1, 1], [5, 6])])
    #expect(try w.matrix("a", [2, 1]).shape == [2, 1])
    #expect(try w.matrix("b", [1, 2]).floats() == [3, 4])
    _ = try w.matrix("c", [2, 1])
    _ = try w.tensor("a", [2, 1])
    #expect(
      refusal { try w.finish() }
        == "weights of unet: 2 of another shape than the configuration asks for: 'c' is [2, 1, 1], expected [2, 1], "
        + "'a' is [2, 1, 1, 1], expected [2, 1]")
  }

  @Test func namesAllThatIsMissingOrWrongOrLeft() throws {
    let w = try weights([("down.0.weight", [2, 2], [1, 2, 3, 4]), ("up", [1], [1]), ("rest", [1], [1])])
    #expect(try w["down"][0].tensor("bias", [2]).floats() == [])
    #expect(try w["down"][0].tensor("weight", [4]).floats() == [])
    #expect(try w.tensor("up", [1]).floats() == [1])
    _ = try w.tensor("head", [3, 3])
    #expect(
      refusal { try w.finish() }
        == "weights of unet: 2 missing: 'down.0.bias' [2], 'head' [3, 3]; 1 of another shape than the configuration "
        + "asks for: 'down.0.weight' is [2, 2], expected [4]; 1 left over that the configuration has no use for: 'rest'"
    )
  }

  @Test func stopsWhereNobodyWouldReadOn() throws {
    let w = try weights([("a", [1], [1])])
    let message = refusal { for i in 0... { _ = try w[i].tensor("weight", [1 << 20, 1 << 20]) } }
    #expect(message.hasPrefix("weights of unet: 10000 missing: '0.weight' [1048576, 1048576], "))
    #expect(message.hasSuffix(" and 9980 more"))
  }

  @Test func refusesIntegersAndEightBitFloats() throws {
    for type in ["I64", "BOOL", "F8_E4M3"] {
      let size = type == "I64" ? 8 : 1
      let bytes = safetensors(
        header: #"{"a":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(size)]}}"#,
        data: Array(repeating: 0, count: size))
      let file = try SafetensorsFile(contentsOf: folder.write(bytes, to: "\(type).safetensors"))
      let w = try Weights([file], label: "unet")
      _ = try w.tensor("a", [1])
      #expect(
        refusal { try w.finish() }
          == "weights of unet: 1 of another type than F32, F16, BF16 or F64: 'a' is \(type)")
    }
  }

  @Test func listsWhatIsLeftOver() throws {
    let w = try weights(
      [("a", [1], [1]), ("c.x", [1], [1]), ("b", [1], [1]), ("buffer", [1], [1])], ignoring: ["buffer"])
    _ = try w.tensor("a", [1])
    #expect(
      refusal { try w["deep"].finish() }
        == "weights of unet: 2 left over that the configuration has no use for: 'b', 'c.x'")
    _ = try w.tensor("b", [1])
    _ = try w["c"].tensor("x", [1])
    try w.finish()
  }

  @Test func listsNoMoreThanALineHolds() throws {
    let w = try weights((0..<100).map { ("w\($0)", [1], [0]) })
    let message = refusal { try w.finish() }
    #expect(message.hasPrefix("weights of unet: 100 left over"))
    #expect(message.hasSuffix("'w26' and 80 more"))
  }

  @Test func dropsThePrefix() throws {
    let old = try weights([("text_model.norm.bias", [1], [1])], dropping: "text_model.")
    #expect(try old["norm"].tensor("bias", [1]).floats() == [1])
    let new = try weights([("norm.bias", [1], [2])], dropping: "text_model.")
    #expect(try new["norm"].tensor("bias", [1]).floats() == [2])
    #expect(
      refusal { try weights([("a", [1], [1]), ("text_model.a", [1], [2])], dropping: "text_model.") }
        == "weights of unet: 'text_model.a' is there twice, expected it once")
  }
}
