internal import Tensors

// The parts with weights. Each takes every tensor of its files, or says which are left.

extension ModelFolder {
  package func loadTextEncoder() throws -> TextEncoder {
    let weights = try weights(.textEncoder)
    let encoder = try TextEncoder(weights, textEncoder)
    try weights.finish()
    return encoder
  }

  package func loadUNet() throws -> UNet {
    let weights = try weights(.unet)
    let net = try UNet(weights, unet)
    try weights.finish()
    return net
  }

  package func loadAutoencoder() throws -> any PictureCodec {
    let weights = try weights(.autoencoder)
    let net = try autoencoder.codec(weights)
    try weights.finish()
    return net
  }
}
