/// A drawing of lines, areas, words and pictures, to be written as SVG or turned into pixels.
///
/// Positions are in pixels from the upper left corner; what leaves the drawing is cut off.
package struct Drawing: Sendable {
  package let width: Int
  package let height: Int
  private(set) var shapes: [Shape] = []

  /// A white sheet.
  package init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "a drawing has an area")
    (self.width, self.height) = (width, height)
  }

  package typealias Point = SIMD2<Double>

  /// Where a word stands from its point.
  package enum Alignment: Sendable { case left, centre, right }

  enum Shape: Sendable {
    case line([Point], Colour, width: Double)
    case area([Point], Colour)
    case words(String, at: Point, Alignment, size: Int, Colour)
    case picture(Image, at: Point)
  }

  /// Straight strokes from point to point with round ends; a single point is a dot.
  package mutating func line(_ points: [Point], _ colour: Colour, width: Double = 1.5) {
    precondition(!points.isEmpty, "a line has points")
    shapes.append(.line(points, colour, width: width))
  }

  /// A filled polygon.
  package mutating func area(_ points: [Point], _ colour: Colour) {
    precondition(points.count >= 3, "an area has corners")
    shapes.append(.area(points, colour))
  }

  /// One line of text, its baseline at the point.
  package mutating func words(
    _ text: String, at point: Point, _ alignment: Alignment = .left, size: Int = 12, _ colour: Colour = .black
  ) {
    shapes.append(.words(text, at: point, alignment, size: size, colour))
  }

  /// A picture, its upper left corner at the point.
  package mutating func picture(_ image: Image, at point: Point) {
    shapes.append(.picture(image, at: point))
  }
}
