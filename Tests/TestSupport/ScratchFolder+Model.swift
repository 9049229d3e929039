package import Foundation
internal import Tensors

extension ScratchFolder {
  /// Copies a model's folder as `model`, with other numbers in some weights of a part: tensor, place, value.
  package func copyModel(_ source: URL, part: String, _ changes: [(String, Int, Float)]) throws -> URL {
    let copy = self["model"]
    if !FileManager.default.fileExists(atPath: copy.path) { try FileManager.default.copyItem(at: source, to: copy) }
    let url = copy.appending(path: "\(part)/diffusion_pytorch_model.safetensors")
    let file = try SafetensorsFile(contentsOf: url)
    var bytes = try Data(contentsOf: url)
    for (name, place, value) in changes {
      guard let entry = file[name], entry.type == .f32 else { throw GoldenError("\(url.path) has no \(name) in F32") }
      let start = entry.range.lowerBound + 4 * place
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.replaceSubrange(start..<start + 4, with: $0) }
    }
    try bytes.write(to: url)
    return copy
  }
}

/// Ways to break a tiny model.
package enum Breakage {
  /// The first channel before the last convolution is zero, and its weight larger than bf16 holds: infinity times zero.
  package static func inBFloat16(_ net: String = "") -> [(String, Int, Float)] {
    [
      ("\(net)conv_norm_out.weight", 0, 0), ("\(net)conv_norm_out.bias", 0, 0), ("\(net)conv_out.weight", 4, 3.4e38),
    ]
  }

  package static func always(_ net: String = "") -> [(String, Int, Float)] { [("\(net)conv_out.bias", 0, .nan)] }

  /// The last convolution of a decoder gives nothing but its bias.
  package static let flatPicture = (0..<3 * 8 * 9).map { ("decoder.conv_out.weight", $0, Float(0)) }
}
