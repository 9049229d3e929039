package import Tensors

/// Pictures to latents and back, whichever network does it.
package protocol PictureCodec: Sendable {
  /// Pictures [n, h · f, w · f, 3], about -1 to 1, of unscaled latents [n, h, w, channels].
  func decode(_ latents: Tensor) -> Tensor

  /// Unscaled latents of pictures [n, h, w, 3] from -1 to 1: their mean in [n, h / f, w / f, channels],
  /// with the log variance beside it where the network says how sure it is.
  func moments(_ pictures: Tensor) -> Tensor
}

extension Autoencoder: PictureCodec {}

/// What the rest of the house needs to know of either network before its weights are read.
package protocol PictureCodecConfiguration: Sendable {
  var latentChannels: Int { get }
  /// Pixels along the side of one latent cell.
  var factor: Int { get }
  /// A latent is (z - shiftFactor) · scalingFactor.
  var scalingFactor: Double { get }
  var shiftFactor: Double { get }

  /// The network with its weights.
  func codec(_ w: Weights) throws(WeightError) -> any PictureCodec
}

extension AutoencoderConfiguration: PictureCodecConfiguration {
  package func codec(_ w: Weights) throws(WeightError) -> any PictureCodec { try Autoencoder(w, self) }
}

extension TinyAutoencoderConfiguration: PictureCodecConfiguration {
  package func codec(_ w: Weights) throws(WeightError) -> any PictureCodec { try TinyAutoencoder(w, self) }
}
