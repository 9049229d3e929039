extension Image {
  /// The cross-fade between two pictures of one size: (1 − t) · self + t · other, byte by byte.
  package func faded(into other: Image, _ t: Double) -> Image {
    precondition((width, height) == (other.width, other.height), "only pictures of one size fade into one another")
    let pixels = zip(pixels, other.pixels).map { UInt8(((1 - t) * Double($0) + t * Double($1)).rounded()) }
    return Image(width: width, height: height, pixels: pixels)
  }
}
