/// An 8-bit sRGB colour.
package struct Colour: Sendable, Equatable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  package static let white = Colour(255, 255, 255)
  package static let black = Colour(0, 0, 0)
}

extension Image {
  /// A picture of one colour.
  package init(width: Int, height: Int, filledWith colour: Colour) {
    var pixels = [UInt8](repeating: colour.red, count: width * height * 3)
    if colour.green != colour.red || colour.blue != colour.red {
      for i in stride(from: 0, to: pixels.count, by: 3) { (pixels[i + 1], pixels[i + 2]) = (colour.green, colour.blue) }
    }
    self.init(width: width, height: height, pixels: pixels)
  }

  package subscript(x: Int, y: Int) -> Colour {
    get {
      let i = (y * width + x) * 3
      return Colour(pixels[i], pixels[i + 1], pixels[i + 2])
    }
    set {
      let i = (y * width + x) * 3
      (pixels[i], pixels[i + 1], pixels[i + 2]) = (newValue.red, newValue.green, newValue.blue)
    }
  }

  /// Lays another picture over this one, its upper left corner at (x, y); it must fit.
  package mutating func paste(_ other: Image, x: Int, y: Int) {
    precondition(x >= 0 && y >= 0 && x + other.width <= width && y + other.height <= height, "the picture does not fit")
    for row in 0..<other.height {
      let from = row * other.width * 3
      let to = ((y + row) * width + x) * 3
      pixels.replaceSubrange(to..<to + other.width * 3, with: other.pixels[from..<from + other.width * 3])
    }
  }

  /// Pictures of one size in rows of `columns`, `gap` pixels between them and none around.
  package static func grid(_ images: [Image], columns: Int, gap: Int = 0, background: Colour = .white) -> Image {
    precondition(!images.isEmpty && columns > 0 && gap >= 0, "a grid has pictures and columns")
    let (width, height) = (images[0].width, images[0].height)
    precondition(images.allSatisfy { $0.width == width && $0.height == height }, "pictures of a grid have one size")
    let columns = min(columns, images.count)
    let rows = (images.count + columns - 1) / columns
    var sheet = Image(
      width: columns * (width + gap) - gap, height: rows * (height + gap) - gap, filledWith: background)
    for (i, image) in images.enumerated() {
      sheet.paste(image, x: i % columns * (width + gap), y: i / columns * (height + gap))
    }
    return sheet
  }

  /// Pictures of one size side by side.
  package static func strip(_ images: [Image], gap: Int = 0, background: Colour = .white) -> Image {
    grid(images, columns: images.count, gap: gap, background: background)
  }
}
