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
    /// Cut where it is too long.
    package var label: String
    /// Behind the label, whole where it fits.
    package var seed: String

    package init(point: Int, picture: Image, label: String, seed: String) {
      (self.point, self.picture, self.label, self.seed) = (point, picture, label, seed)
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
    var taken: [Box] = []
    for (index, landmark) in landmarks.enumerated() {
      let place = places[landmark.point]
      // A walk that comes back to a keyframe shows it once.
      let isShown = landmarks[..<index].contains { earlier in
        (earlier.label, earlier.seed) == (landmark.label, landmark.seed) && places[earlier.point] == place
      }
      if isShown { continue }
      let (width, height) = (Double(landmark.picture.width), Double(landmark.picture.height))
      let fitting = lettering.fit(landmark.label, keeping: ", " + landmark.seed, into: Int(width * 2))
      let label = fitting.isEmpty ? lettering.shorten(landmark.seed, into: Int(width * 2)) : fitting
      let half = Double(lettering.width(of: label)) / 2 + 4
      /// The picture around a middle, and the label beneath, which stays within the panel.
      func boxes(_ middle: Drawing.Point) -> (picture: Box, label: Box) {
        let centre = min(max(middle.x, corner.x + half), far.x - half)
        return (
          Box(low: middle - Drawing.Point(width, height) / 2, high: middle + Drawing.Point(width, height) / 2),
          Box(
            low: Drawing.Point(centre - half, middle.y + height / 2),
            high: Drawing.Point(centre + half, middle.y + height / 2 + 18))
        )
      }
      let panel = Box(low: corner, high: far)
      /// How much of what is drawn there would cover something else, or leave the panel.
      func cover(_ middle: Drawing.Point) -> Double {
        let (picture, label) = boxes(middle)
        return [picture, label].reduce(0) { sum, box in
          sum + box.area - box.shared(with: panel) + taken.reduce(0) { $0 + box.shared(with: $1) }
        }
      }
      let middles = Self.middles(around: place, awayFrom: (corner + far) / 2, Drawing.Point(width, height))
      let middle = middles.min { cover($0) < cover($1) }!  // the first of equals
      let (picture, words) = boxes(middle)
      taken += [picture, words]
      drawing.line([place, middle], Colour(120, 120, 120), width: 1)
      drawing.line([place], .black, width: 8)
      drawing.picture(landmark.picture, at: picture.low)
      drawing.words(label, at: Drawing.Point((words.low.x + words.high.x) / 2, words.low.y + 13), .centre, size: 11)
    }
  }

  private struct Box {
    let low: Drawing.Point
    let high: Drawing.Point

    var area: Double { (high.x - low.x) * (high.y - low.y) }

    func shared(with other: Box) -> Double {
      let sides = pointwiseMin(high, other.high) - pointwiseMax(low, other.low)
      return max(sides.x, 0) * max(sides.y, 0)
    }
  }

  /// Where the picture of a place may have its middle: outward best, then to either side, and farther off.
  private static func middles(
    around place: Drawing.Point, awayFrom centre: Drawing.Point, _ size: Drawing.Point
  ) -> [Drawing.Point] {
    let outward = place - centre
    let first = (outward * outward).sum().squareRoot() > 1 ? atan2(outward.y, outward.x) : -.pi / 2
    return [1.0, 2.2].flatMap { reach in
      [0, 1, -1, 2, -2, 3, -3, 4].map { eighths in
        let angle = first + Double(eighths) * .pi / 4
        let way = Drawing.Point(cos(angle), sin(angle))
        // As far as the picture's edge is from its middle that way, and a little farther.
        return place + way * reach * min((size.x / 2 + 12) / abs(way.x), (size.y / 2 + 12) / abs(way.y))
      }
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
