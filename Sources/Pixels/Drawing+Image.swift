extension Drawing {
  /// The drawing in pixels, edges smoothed.
  package func image() throws(PictureError) -> Image {
    var image = Image(width: width, height: height, filledWith: .white)
    for shape in shapes {
      switch shape {
      case .line(let points, let colour, let width): image.stroke(points, colour, width: width)
      case .area(let points, let colour): image.fill(points, colour)
      case .words(let text, let point, let alignment, let size, let colour):
        var lettering = try Lettering(size: size)
        let length = lettering.width(of: text)
        let start =
          switch alignment {
          case .left: 0
          case .centre: length / 2
          case .right: length
          }
        lettering.draw(
          text, onto: &image, x: Int(point.x.rounded()) - start, y: Int(point.y.rounded()) - lettering.ascent,
          colour: colour)
      case .picture(let picture, let point):
        image.lay(picture, x: Int(point.x.rounded()), y: Int(point.y.rounded()))
      }
    }
    return image
  }
}

extension Image {
  /// Covers each pixel by how near it is to the nearest stroke.
  fileprivate mutating func stroke(_ points: [Drawing.Point], _ colour: Colour, width: Double) {
    let reach = width / 2 + 0.5
    let ends = points.count == 1 ? [(points[0], points[0])] : Array(zip(points, points.dropFirst()))
    var covers: [Int: Double] = [:]
    for (a, b) in ends {
      let (low, high) = (pointwiseMin(a, b) - reach, pointwiseMax(a, b) + reach)
      for y in rows(low.y, high.y) {
        for x in columns(low.x, high.x) {
          let far = distance(Drawing.Point(Double(x) + 0.5, Double(y) + 0.5), a, b)
          guard far < reach else { continue }
          covers[y * self.width + x, default: 0] = max(covers[y * self.width + x, default: 0], min(reach - far, 1))
        }
      }
    }
    for (i, part) in covers { cover(i, colour, by: part) }
  }

  /// Fills by the even-odd rule, each pixel as far as four lines through it are inside.
  fileprivate mutating func fill(_ points: [Drawing.Point], _ colour: Colour) {
    let lines = 4
    let edges = Array(zip(points, points.dropFirst() + points.prefix(1)))
    for y in rows(points.map(\.y).min()!, points.map(\.y).max()!) {
      var covers = [Double](repeating: 0, count: width)
      for line in 0..<lines {
        let height = Double(y) + (Double(line) + 0.5) / Double(lines)
        let crossings = edges.compactMap { a, b in
          (a.y <= height) == (b.y <= height) ? nil : a.x + (height - a.y) / (b.y - a.y) * (b.x - a.x)
        }.sorted()
        for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
          let (left, right) = (crossings[pair], crossings[pair + 1])
          for x in columns(left, right) {
            covers[x] += max(min(right, Double(x + 1)) - max(left, Double(x)), 0) / Double(lines)
          }
        }
      }
      for x in 0..<width where covers[x] > 0 { cover(y * width + x, colour, by: covers[x]) }
    }
  }

  /// Lays a picture over this one; what leaves it is cut off.
  fileprivate mutating func lay(_ other: Image, x: Int, y: Int) {
    for row in 0..<other.height where (0..<height).contains(y + row) {
      for column in 0..<other.width where (0..<width).contains(x + column) {
        self[x + column, y + row] = other[column, row]
      }
    }
  }

  private mutating func cover(_ index: Int, _ colour: Colour, by cover: Double) {
    func mix(_ byte: Int, _ over: UInt8) {
      pixels[byte] = UInt8((Double(pixels[byte]) * (1 - cover) + Double(over) * cover).rounded())
    }
    mix(index * 3, colour.red)
    mix(index * 3 + 1, colour.green)
    mix(index * 3 + 2, colour.blue)
  }

  private func rows(_ low: Double, _ high: Double) -> Range<Int> { Self.range(low, high, below: height) }
  private func columns(_ low: Double, _ high: Double) -> Range<Int> { Self.range(low, high, below: width) }

  /// The pixels from `low` to `high`, as far as there are any.
  private static func range(_ low: Double, _ high: Double, below count: Int) -> Range<Int> {
    let first = min(max(low.rounded(.down), 0), Double(count))
    let end = min(max(high.rounded(.up), first), Double(count))
    return Int(first)..<Int(end)
  }
}

/// From a point to the nearest of the stretch from `a` to `b`.
private func distance(_ point: Drawing.Point, _ a: Drawing.Point, _ b: Drawing.Point) -> Double {
  let (along, to) = (b - a, point - a)
  let square = (along * along).sum()
  let t = square > 0 ? min(max((along * to).sum() / square, 0), 1) : 0
  let off = to - t * along
  return (off * off).sum().squareRoot()
}
