/// Numbers with a shape, in C order: what crosses the engine's boundary.
///
/// Latents are [n, channels, height, width], conditionings [tokens, width]. A value
/// type of plain floats, so that a walk can mix them without knowing what they mean.
public struct NDArray: Sendable, Equatable {
  public let shape: [Int]
  public var values: [Float]

  /// `values.count` must be the product of `shape`.
  public init(_ values: [Float], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill \(shape)")
    self.shape = shape
    self.values = values
  }

  public init(zeros shape: [Int]) {
    self.init([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape)
  }

  public var count: Int { values.count }
}
