internal import Foundation

/// Maps of one way in several spaces, side by side, with pictures at its landmarks.
package struct PathMap: Sendable {
  package struct Panel: Sendable {
    package var title: String
    package var subtitle: String
    /// The way's points in their order, in any unit; both axes are drawn to one scale.
    package var points: [SIMD2<Double>]

    package init(title: String, subtitle: String, points: [SIMD2<Double>]) {
      (self.title, self.subtitle, self.points) = (title, subtitle, points)
    }
  }

  package struct Landmark: Sendable {
    /// Which of the points it is.
    package var point: Int
    package var picture: Image
    package var label: String

    package init(point: Int, picture: Image, label: String) {
      (self.point, self.picture, self.label) = (point, picture, label)
    }
  }

  package var panels: [Panel]
  package var landmarks: [Landmark]

  /// All panels have equally many points, two at least.
  package init(panels: [Panel], landmarks: [Landmark]) {
    (self.panels, self.landmarks) = (panels, landmarks)
  }

  private static let (side, margin, head) = (420.0, 20.0, 56.0)
  /// Room for the landmarks' pictures around the way.
  private static let border = 84.0

  package func draw() throws(PictureError) -> Drawing {
    var drawing = Drawing(
      width: Int(Double(panels.count) * (Self.side + Self.margin) + Self.margin),
      height: Int(Self.head + Self.side + Self.margin))
    for (index, panel) in panels.enumerated() {
      let corner = Drawing.Point(Self.margin + Double(index) * (Self.side + Self.margin), Self.head)
      drawing.words(panel.title, at: corner - Drawing.Point(0, 30), size: 15)
      drawing.words(panel.subtitle, at: corner - Drawing.Point(0, 12), size: 11, Colour(110, 110, 110))
      try draw(panel, at: corner, on: &drawing)
    }
    return drawing
  }

  private func draw(_ panel: Panel, at corner: Drawing.Point, on drawing: inout Drawing) throws(PictureError) {
    let far = corner + Drawing.Point(Self.side, Self.side)
    drawing.area(
      [corner, Drawing.Point(far.x, corner.y), far, Drawing.Point(corner.x, far.y)], Colour(246, 246, 246))
    let places = Self.places(of: panel.points, around: (corner + far) / 2)
    for (index, (a, b)) in zip(places, places.dropFirst()).enumerated() {
      drawing.line([a, b], Self.colour(Double(index) / Double(places.count - 1)), width: 2)
    }
    for (index, place) in places.enumerated() {
      drawing.line([place], Self.colour(Double(index) / Double(places.count - 1)), width: 5)
    }
    var lettering = try Lettering(size: 11)
    for landmark in landmarks {
      let place = places[landmark.point]
      let outward = place - (corner + far) / 2
      let length = (outward * outward).sum().squareRoot()
      let (width, height) = (Double(landmark.picture.width), Double(landmark.picture.height))
      let away = length > 1 ? outward / length : Drawing.Point(0, -1)
      let middle = place + away * (width / 2 + 12)
      drawing.line([place, middle], Colour(120, 120, 120), width: 1)
      drawing.line([place], .black, width: 8)
      let label = lettering.fit(landmark.label, into: Int(width * 2))
      drawing.picture(landmark.picture, at: middle - Drawing.Point(width / 2, height / 2))
      let half = Double(lettering.width(of: label)) / 2 + 4
      let centre = min(max(middle.x, corner.x + half), far.x - half)
      drawing.words(label, at: Drawing.Point(centre, middle.y + height / 2 + 13), .centre, size: 11)
    }
  }

  /// The points within a panel: as large as the landmarks around them allow.
  private static func places(of points: [SIMD2<Double>], around centre: Drawing.Point) -> [Drawing.Point] {
    let low = points.reduce(points[0]) { pointwiseMin($0, $1) }
    let high = points.reduce(points[0]) { pointwiseMax($0, $1) }
    let extent = (high - low).max()
    let scale = extent > 0 ? (side - 2 * border) / extent : 0
    return points.map { centre + ($0 - (low + high) / 2) * scale }
  }

  /// From blue at the beginning of the way to orange at its end.
  private static func colour(_ t: Double) -> Colour {
    func mix(_ a: Double, _ b: Double) -> UInt8 { UInt8(a + (b - a) * t) }
    return Colour(mix(40, 235), mix(100, 120), mix(200, 30))
  }
}
