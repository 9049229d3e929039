extension Image {
  /// The largest part of the picture around its centre that has the form of `width` to `height`, at that size.
  ///
  /// What stands over at two opposite sides is cut off equally; nothing is stretched and nothing is added.
  package func covering(width: Int, height: Int) throws(PictureError) -> Image {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    if (self.width, self.height) == (width, height) { return self }
    // Rounded to the nearest pixel, and never to none.
    let wide = min(self.width, max(1, (2 * self.height * width + height) / (2 * height)))
    let high = min(self.height, max(1, (2 * self.width * height + width) / (2 * width)))
    let part = cropped(x: (self.width - wide) / 2, y: (self.height - high) / 2, width: wide, height: high)
    return (wide, high) == (width, height) ? part : try part.scaled(width: width, height: height)
  }

  /// The pixels of a rectangle whose upper left corner is at (x, y); it lies within the picture.
  package func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
    precondition(x >= 0 && y >= 0 && x + width <= self.width && y + height <= self.height, "the part lies outside")
    let rows = (y..<y + height).map { row in
      let start = (row * self.width + x) * 3
      return pixels[start..<start + width * 3]
    }
    return Image(width: width, height: height, pixels: Array(rows.joined()))
  }
}
