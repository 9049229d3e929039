internal import Foundation
package import Tensors

/// A small stand-in for an autoencoder, of convolutions and ReLU alone: diffusers' AutoencoderTiny
/// (TAESD, O. Boer Bohan, 2023). Its latents are the scaled ones.
package struct TinyAutoencoder: PictureCodec {
  private let encoder, decoder: [Layer]

  package init(_ w: Weights, _ c: TinyAutoencoderConfiguration) throws(WeightError) {
    encoder = try Self.encoder(w["encoder"]["layers"], c)
    decoder = try Self.decoder(w["decoder"]["layers"], c)
  }

  /// The network's own pictures lie between 0 and 1.
  package func moments(_ pictures: Tensor) -> Tensor {
    encoder.reduce(pictures.map { ($0 + 1) / 2 }) { $1($0) }
  }

  /// Latents are held within ±3, gently.
  package func decode(_ latents: Tensor) -> Tensor {
    decoder.reduce(latents.map { 3 * tanh($0 / 3) }) { $1($0) }.map { 2 * $0 - 1 }
  }

  // A layer's weights are named by its place in the list.

  private static func encoder(_ w: Weights, _ c: TinyAutoencoderConfiguration) throws(WeightError) -> [Layer] {
    let width = c.encoderChannels
    var layers: [Layer] = []
    for (level, blocks) in c.numEncoderBlocks.enumerated() {
      let conv =
        level == 0
        ? try Conv2D(w[layers.count], c.inChannels, width)
        : try Conv2D(w[layers.count], width, width, stride: 2, bias: false)
      layers.append(.convolution(conv))
      for _ in 0..<blocks { layers.append(.block(try Block(w[layers.count], width))) }
    }
    return layers + [.convolution(try Conv2D(w[layers.count], width, c.latentChannels))]
  }

  private static func decoder(_ w: Weights, _ c: TinyAutoencoderConfiguration) throws(WeightError) -> [Layer] {
    let width = c.decoderChannels
    var layers: [Layer] = [.convolution(try Conv2D(w[0], c.latentChannels, width)), .relu]
    for (level, blocks) in c.numDecoderBlocks.enumerated() {
      for _ in 0..<blocks { layers.append(.block(try Block(w[layers.count], width))) }
      if level < c.numDecoderBlocks.count - 1 {
        layers.append(.upsample)
        layers.append(.convolution(try Conv2D(w[layers.count], width, width, bias: false)))
      }
    }
    return layers + [.convolution(try Conv2D(w[layers.count], width, c.outChannels))]
  }
}

private enum Layer: Sendable {
  case convolution(Conv2D)
  case relu
  case block(Block)
  case upsample

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .convolution(let conv): conv(x)
    case .relu: x.map { max($0, 0) }
    case .block(let block): block(x)
    case .upsample: x.upsampled(height: 2 * x.shape[1], width: 2 * x.shape[2])
    }
  }
}

/// Three convolutions beside a skip.
private struct Block: Sendable {
  let conv1, conv2, conv3: Conv2D

  init(_ w: Weights, _ width: Int) throws(WeightError) {
    conv1 = try Conv2D(w["conv"][0], width, width)
    conv2 = try Conv2D(w["conv"][2], width, width)
    conv3 = try Conv2D(w["conv"][4], width, width)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    conv3(conv2(conv1(x, activation: .relu), activation: .relu), adding: x, activation: .relu)
  }
}

extension Tensor {
  fileprivate func map(_ change: (Float) -> Float) -> Tensor {
    Tensor(floats.map(change), shape: shape, scalar: scalar)
  }
}
