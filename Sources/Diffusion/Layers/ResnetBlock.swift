internal import Tensors

/// Two normalised convolutions beside a skip, shifted by the time step where the network knows time.
struct ResnetBlock: Sendable {
  private let norm1, norm2: GroupNorm
  private let conv1, conv2: Conv2D
  private let skip: Linear?
  /// Where its own among the time shifts are.
  private let place: Range<Int>?

  init(_ w: Weights, from i: Int, to o: Int, groups: Int, epsilon: Double) throws(WeightError) {
    try self.init(w, from: i, to: o, place: nil, groups: groups, epsilon: epsilon)
  }

  /// One that knows time by a projection that joins `shifts`.
  init(
    _ w: Weights, from i: Int, to o: Int, _ shifts: inout TimeShifts.Builder, groups: Int, epsilon: Double
  ) throws(WeightError) {
    let place = try shifts.add(w["time_emb_proj"], o)
    try self.init(w, from: i, to: o, place: place, groups: groups, epsilon: epsilon)
  }

  private init(
    _ w: Weights, from i: Int, to o: Int, place: Range<Int>?, groups: Int, epsilon: Double
  ) throws(WeightError) {
    norm1 = try GroupNorm(w["norm1"], i, groups: groups, epsilon: epsilon)
    conv1 = try Conv2D(w["conv1"], i, o)
    norm2 = try GroupNorm(w["norm2"], o, groups: groups, epsilon: epsilon)
    conv2 = try Conv2D(w["conv2"], o, o)
    skip = i == o ? nil : try Linear(w["conv_shortcut"], i, o)
    self.place = place
  }

  /// `x` is [n, h, w, i], `shifts` what ``TimeShifts`` gives; the result is [n, h, w, o].
  ///
  /// Takes `x` over: at full size every picture in between counts, and this one is let go where it is no longer needed.
  func callAsFunction(_ x: consuming Tensor, _ shifts: Tensor? = nil) -> Tensor {
    let skipped = if let skip { skip(x) } else { copy x }
    let h = conv1(norm1(consume x, silu: true))
    let shift = shifts.flatMap { shifts in place.map { shifts.columns($0) } }
    return conv2(norm2(consume h, shift: shift, silu: true), adding: skipped)
  }
}

/// Halves height and width.
struct Downsample: Sendable {
  private let conv: Conv2D

  init(_ w: Weights, _ channels: Int, padding: Convolution.Padding) throws(WeightError) {
    conv = try Conv2D(w["conv"], channels, channels, stride: 2, padding: padding)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { conv(x) }
}

/// Doubles height and width, or takes them to a given size.
struct Upsample: Sendable {
  private let conv: Conv2D

  init(_ w: Weights, _ channels: Int) throws(WeightError) {
    conv = try Conv2D(w["conv"], channels, channels)
  }

  func callAsFunction(_ x: Tensor, height: Int? = nil, width: Int? = nil) -> Tensor {
    let (height, width) = (height ?? 2 * x.shape[1], width ?? 2 * x.shape[2])
    guard (height, width) == (2 * x.shape[1], 2 * x.shape[2]) else {
      return conv(x.upsampled(height: height, width: width))
    }
    return conv.ofDoubled(x)
  }
}
