import Diffusion
import Scripts
import Testing
import Walk

@Suite struct MethodTests {
  private static func script(_ lines: String) throws -> Script {
    try Script(
      yaml: lines + "\nkeyframes: [{prompt: a}, {prompt: b, after: 1s}, {prompt: c, after: 1s}]", named: "x.yaml")
  }

  static let full = """
    method: blend
    blend:
      depth: 0.25
      branches: 12
      frame-depth: 0.75
      crossfeed: {power: 0.8, range: 1, decay: 0}
      first-crossfeed: {power: 0.5, range: 0.5}
      between: fade
    """

  @Test func blendIsRead() throws {
    #expect(try Self.script("").method == .walk)
    #expect(try Self.script("method: walk").method == .walk)
    #expect(try Self.script("method: blend").method == .blend(Blend()))
    #expect(
      try Self.script(Self.full).method
        == .blend(
          Blend(
            depth: 0.25, branches: 12, frameDepth: 0.75, crossfeed: Crossfeed(power: 0.8, range: 1, decay: 0),
            firstCrossfeed: Crossfeed(power: 0.5, range: 0.5, decay: 0), between: .fade)))
  }

  @Test func attentionIsRead() throws {
    #expect(try Self.script("method: attention").method == .attention(AttentionInterpolation()))
    #expect(
      try Self.script("method: attention\nattention: {variant: inner, warm-up: 0.25, alpha: 6, beta: 3.5}").method
        == .attention(AttentionInterpolation(variant: .inner, warmUp: 0.25, alpha: 6, beta: 3.5)))
  }

  @Test func canonicalTextKeepsTheMethod() throws {
    for lines in ["", "method: blend", Self.full, "method: attention\nattention: {variant: fused-inner, alpha: 2}"] {
      let script = try Self.script(lines)
      let again = try Script(yaml: script.canonical, named: "canonical")
      #expect(again.method == script.method)
      #expect(again.canonical == script.canonical)
    }
  }

  @Test(arguments: [
    ("blend: {depth: 0.5}", "1:8: found `blend` with the method walk; expected `method: blend`, or no options of it"),
    ("method: walk\nwalk: {}", "2:1: found the unknown key `walk`"),
    ("method: mix", "1:9: found `method`: the text \"mix\"; expected one of walk, blend, attention"),
    ("method: blend\nblend: {depht: 0.5}", "2:9: found the unknown key `depht` in blend"),
    ("method: blend\nblend: {depth: 2}", "2:16: found `depth`: 2; expected a number from 0 to 1"),
    ("method: blend\nblend: {branches: 101}", "2:19: found `branches`: 101; expected a whole number from 0 to 100"),
    ("method: blend\nblend: {crossfeed: 0.3}", "2:20: found 0.3; expected crossfeed: lines of `key: value`"),
    (
      "method: blend\nblend: {frame-depth: 0.2}",
      "2:22: found depth 0.35 and frame-depth 0.2; expected a frame-depth of at least the depth"
    ),
    ("method: blend\nattention: {}", "2:12: found `attention` with the method blend; expected `method: attention`"),
    ("method: attention\nattention: {alpha: 0.5}", "2:20: found `alpha`: 0.5; expected a number from 1 to 1000"),
    (
      "method: attention\nattention: {variant: both}",
      "2:22: found `variant`: the text \"both\"; expected one of inner, outer, fused-inner, fused-outer"
    ),
    ("method: blend\npath: smooth", "1:9: found blend on a smooth path"),
  ])
  func faultsHaveTheirPlace(lines: String, message: String) {
    #expect { try Self.script(lines) } throws: { "\($0)".hasPrefix("x.yaml:" + message) }
  }

  @Test func optionsAreReadOverOthers() throws {
    let method = Method.blend(Blend(branches: 3))
    #expect(
      try method.reading("depth: 0.5, between: fade", named: "-")
        == .blend(Blend(depth: 0.5, branches: 3, between: .fade)))
  }
}
