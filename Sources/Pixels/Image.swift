/// A picture of 8-bit sRGB pixels, three bytes each, rows from the top, no padding.
public struct Image: Sendable, Hashable {
  public let width: Int
  public let height: Int
  public var pixels: [UInt8]

  /// `pixels.count` must be `width * height * 3`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes do not fill \(width)x\(height) RGB")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
