/// Width and height of a picture in pixels.
public struct Size: Sendable, Hashable, CustomStringConvertible {
  public let width: Int
  public let height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Reads what a command line says, such as 512x512.
  public init?(_ text: String) {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let width = sides[0], let height = sides[1], width > 0, height > 0,
      max(width, height) <= Self.longestSide
    else { return nil }
    self.init(width: width, height: height)
  }

  /// The longest side that can be asked for in words: more than any machine can make, and far from overflow.
  public static let longestSide = 65_536

  public var description: String { "\(width)x\(height)" }
}
