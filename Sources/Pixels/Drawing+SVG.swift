internal import Foundation

extension Drawing {
  /// The drawing as an SVG file's text; pictures are in it as PNG.
  package func svg() throws(PictureError) -> String {
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="sans-serif">
      <rect width="\(width)" height="\(height)" fill="#ffffff"/>

      """
    for shape in shapes { text += try shape.svg() + "\n" }
    return text + "</svg>\n"
  }
}

extension Drawing.Shape {
  fileprivate func svg() throws(PictureError) -> String {
    switch self {
    case .line(let points, let colour, let width):
      // A dot is a stroke of no length, which a lone point would not draw.
      let points = points.count == 1 ? [points[0], points[0]] : points
      return
        "<polyline points=\"\(list(points))\" fill=\"none\" stroke=\"\(colour.svg)\" stroke-width=\"\(number(width))\""
        + " stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
    case .area(let points, let colour):
      return "<polygon points=\"\(list(points))\" fill=\"\(colour.svg)\"/>"
    case .words(let words, let point, let alignment, let size, let colour):
      return "<text x=\"\(number(point.x))\" y=\"\(number(point.y))\" font-size=\"\(size)\" fill=\"\(colour.svg)\""
        + " text-anchor=\"\(alignment.svg)\">\(escaped(words))</text>"
    case .picture(let image, let point):
      let data = Data(try PNG.encode(image, level: 9)).base64EncodedString()
      return "<image x=\"\(number(point.x))\" y=\"\(number(point.y))\" width=\"\(image.width)\""
        + " height=\"\(image.height)\" href=\"data:image/png;base64,\(data)\"/>"
    }
  }

  private func list(_ points: [Drawing.Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  private func number(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

  /// Text without what XML forbids or reads as its own.
  private func escaped(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0.value >= 32 && $0.value != 0xfffe && $0.value != 0xffff })
    )
    .replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    .replacingOccurrences(of: ">", with: "&gt;")
  }
}

extension Drawing.Alignment {
  fileprivate var svg: String {
    switch self {
    case .left: "start"
    case .centre: "middle"
    case .right: "end"
    }
  }
}

extension Colour {
  fileprivate var svg: String {
    "#" + [red, green, blue].map { String(format: "%02x", $0) }.joined()
  }
}
