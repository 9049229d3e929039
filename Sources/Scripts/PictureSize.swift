/// Width and height in pixels.
public struct PictureSize: Sendable, Hashable {
  public let width: Int
  public let height: Int

  /// Each from 1 to `limit`; nil beyond.
  public init?(width: Int, height: Int) {
    guard (1...Self.limit).contains(width), (1...Self.limit).contains(height) else { return nil }
    self.width = width
    self.height = height
  }

  /// `512x512`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let width = Int(parts[0]), let height = Int(parts[1])
    else { return nil }
    self.init(width: width, height: height)
  }

  public static let limit = 16384
  public static let expected = "width and height in pixels, up to \(limit), such as 512x512"
}

extension PictureSize: CustomStringConvertible {
  public var description: String { "\(width)x\(height)" }
}
