internal import Tensors

/// Mean and standard deviation of every channel of a latent.
struct ChannelStatistics {
  private let channels: [(mean: Double, deviation: Double)]

  /// `latent` is [1, channels, height, width].
  init(of latent: NDArray) {
    let size = latent.count / latent.shape[1]
    channels = (0..<latent.shape[1]).map { channel in
      let values = latent.values[channel * size..<(channel + 1) * size]
      let mean = values.reduce(0) { $0 + Double($1) } / Double(size)
      let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      return (mean, (squares / Double(size)).squareRoot())
    }
  }

  /// The straight mix of several; the weights sum to 1.
  init(mixing parts: [Mix.Part<ChannelStatistics>]) {
    channels = parts[0].value.channels.indices.map { channel in
      (
        parts.reduce(0) { $0 + $1.weight * $1.value.channels[channel].mean },
        // Weights below 0, as a smooth path has them, do not turn a picture inside out.
        max(0, parts.reduce(0) { $0 + $1.weight * $1.value.channels[channel].deviation })
      )
    }
  }

  /// The latent moved and stretched, channel by channel, so that it has these statistics.
  func imposed(on latent: NDArray) -> NDArray {
    var result = latent
    let size = latent.count / latent.shape[1]
    for (channel, (from, to)) in zip(ChannelStatistics(of: latent).channels, channels).enumerated() {
      let stretch = from.deviation > 0 ? to.deviation / from.deviation : 0
      for i in channel * size..<(channel + 1) * size {
        result.values[i] = Float((Double(latent.values[i]) - from.mean) * stretch + to.mean)
      }
    }
    return result
  }
}

extension Mix {
  /// The mix of noises of which some were pictures, with mean and deviation of every channel mixed for themselves:
  /// adaptive instance normalisation (Huang and Belongie 2017, equation 8; as Zhang et al. 2024, "DiffMorpher", use it).
  ///
  /// A picture's noise is not standard normal; a mix that took it for that would fade or burn between keyframes.
  func keepingStatistics(_ parts: [Part<NDArray>]) -> NDArray {
    let parts = parts.filter { $0.weight != 0 }
    guard parts.count > 1 else { return self(parts) }
    return ChannelStatistics(mixing: parts.map { ($0.weight, ChannelStatistics(of: $0.value)) }).imposed(
      on: self(parts))
  }
}
