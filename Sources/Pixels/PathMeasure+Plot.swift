internal import Foundation

extension PathMeasure {
  /// Two curves over the frames: the distance to the next one, and the sharpness beside that of the ends.
  package func plot(title: String) -> Drawing {
    precondition(count >= 2, "a path has two ends")
    var drawing = Drawing(width: 960, height: 520)
    drawing.words(title, at: Drawing.Point(60, 26), size: 15)
    let top = Curve(place: Drawing.Point(60, 64), frames: count, highest: distances.max() ?? 0)
    // A distance stands between two frames.
    top.draw(distances, shiftedBy: 0.5, Colour(60, 110, 190), on: &drawing, label: "distance to the next frame")
    let mean = spread.mean
    top.drawLevel(from: mean, to: mean, "mean \(short(mean))", on: &drawing)
    let bottom = Curve(place: Drawing.Point(60, 304), frames: count, highest: sharpness.max() ?? 0)
    bottom.draw(sharpness, shiftedBy: 0, Colour(200, 90, 40), on: &drawing, label: "sharpness")
    bottom.drawLevel(from: sharpness[0], to: sharpness[count - 1], "from end to end", on: &drawing)
    return drawing
  }
}

/// One curve with its axes.
private struct Curve {
  /// The upper left corner of the area that it fills.
  let place: Drawing.Point
  let frames: Int
  let highest: Double
  let size = Drawing.Point(870, 170)

  func point(_ frame: Double, _ value: Double) -> Drawing.Point {
    let height = highest > 0 ? value / highest : 0
    return place + Drawing.Point(frame / Double(frames - 1), 1 - height) * size
  }

  func draw(_ values: [Double], shiftedBy shift: Double, _ colour: Colour, on drawing: inout Drawing, label: String) {
    let grey = Colour(150, 150, 150)
    drawing.line([place, place + Drawing.Point(0, size.y), place + size], grey, width: 1)
    drawing.words(label, at: place - Drawing.Point(0, 8), size: 12)
    drawing.words(short(highest), at: place + Drawing.Point(-6, 8), .right, size: 11, grey)
    drawing.words("0", at: place + Drawing.Point(-6, size.y), .right, size: 11, grey)
    for frame in Set([0, (frames - 1) / 2, frames - 1]).sorted() {
      drawing.words("\(frame)", at: point(Double(frame), 0) + Drawing.Point(0, 16), .centre, size: 11, grey)
    }
    let points = values.enumerated().map { point(Double($0.offset) + shift, $0.element) }
    let (left, right) = (Drawing.Point(points[0].x, place.y + size.y), Drawing.Point(points.last!.x, place.y + size.y))
    drawing.area([left] + points + [right], colour.faint)
    drawing.line(points, colour)
  }

  func drawLevel(from first: Double, to last: Double, _ label: String, on drawing: inout Drawing) {
    let (left, right) = (point(0, first), point(Double(frames - 1), last))
    for dash in 0..<60 {
      let (a, b) = (Double(dash) / 60, (Double(dash) + 0.4) / 60)
      drawing.line([left + a * (right - left), left + b * (right - left)], Colour(90, 90, 90), width: 1)
    }
    drawing.words(label, at: right - Drawing.Point(0, 5), .right, size: 11, Colour(90, 90, 90))
  }
}

extension Colour {
  /// The same colour in a thin layer on white.
  fileprivate var faint: Colour {
    func thin(_ byte: UInt8) -> UInt8 { UInt8(255 - (255 - Int(byte)) / 4) }
    return Colour(thin(red), thin(green), thin(blue))
  }
}

private func short(_ value: Double) -> String { String(format: "%.3g", value) }
