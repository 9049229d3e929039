import Diffusion
import Foundation
import Pixels
import Tensors
import TestSupport
import Testing

/// Pictures that come out broken are found, and full precision mends those that only bf16 breaks.
@Suite struct BrokenPictureTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func engine(_ part: String, _ changes: [(String, Int, Float)], _ precision: Precision) throws -> Engine {
    let source = Golden.ours.appending(path: "models/tiny-sd15")
    return try Engine(model: folder.copyModel(source, part: part, changes), precision: precision)
  }

  private func picture(_ engine: Engine) throws -> Image {
    let noise = try engine.noise(seed: 1, width: 64, height: 64)
    let sampling = Sampling(steps: 1, guidance: 2, scheduler: .ddim)
    return try engine.decode(engine.denoise(noise, engine.encode("a cat"), sampling) { _ in noise })
  }

  static let parts: [(part: String, net: String, name: String)] = [
    ("unet", "", "denoiser"), ("vae", "decoder.", "autoencoder"),
  ]

  @Test(arguments: parts) func fullPrecisionMends(part: String, net: String, name: String) throws {
    let engine = try engine(part, Breakage.inBFloat16(net), .bf16)
    #expect(throws: EngineError.notFinite(part: name)) { try picture(engine) }
    let careful = engine.computing(in: .fp32)
    #expect((engine.model.precision, careful.model.precision) == (.bf16, .fp32))
    #expect(try picture(careful) == picture(Engine(model: folder["model"], precision: .fp32)))
  }

  @Test(arguments: parts) func whatIsAlwaysBrokenStaysSo(part: String, net: String, name: String) throws {
    let engine = try engine(part, Breakage.always(net), .fp32)
    #expect(throws: EngineError.notFinite(part: name)) { try picture(engine) }
  }

  @Test func flatPicturesAreBroken() throws {
    let engine = try engine("vae", Breakage.flatPicture, .fp32)
    #expect(throws: EngineError.flat(part: "autoencoder")) { try picture(engine) }
    #expect(throws: EngineError.flat(part: "denoiser")) { try engine.decode(NDArray(zeros: [1, 4, 8, 8])) }
  }
}
