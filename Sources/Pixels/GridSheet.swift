/// Pictures in columns and rows whose places mean something, with words along the edges.
package struct GridSheet: Sendable {
  /// Above each column.
  package var columns: [String]
  /// To the left of each row, in several lines where they are long.
  package var rows: [String]
  /// At the upper left, upper right, lower left and lower right corner; nil where corners are like other places.
  package var corners: [String]?
  package var gap: Int
  package var letterSize: Int

  /// Room for a row's words beside pictures that are narrower.
  private static let label = 96

  package init(columns: [String], rows: [String], corners: [String]? = nil, gap: Int = 4, letterSize: Int = 12) {
    precondition(!columns.isEmpty && !rows.isEmpty && corners?.count ?? 4 == 4, "a sheet has columns and rows")
    (self.columns, self.rows, self.corners, self.gap, self.letterSize) = (columns, rows, corners, gap, letterSize)
  }

  /// Draws the sheet of pictures of one size, row by row; words too long for their place are cut with an ellipsis.
  package func draw(_ images: [Image]) throws(PictureError) -> Image {
    precondition(
      images.count == columns.count * rows.count, "\(images.count) pictures for \(columns.count)x\(rows.count)")
    var lettering = try Lettering(size: letterSize)
    let grid = Image.grid(images, columns: columns.count, gap: gap)
    let (width, height) = (images[0].width, images[0].height)
    let (line, margin) = (lettering.lineHeight, 2 * gap + 4)
    var (widest, labels): (Int, [[String]]) = (0, [])
    for row in rows {
      labels.append(lettering.lines(row, into: max(width, Self.label), atMost: max(height / line, 1)))
      for label in labels[labels.count - 1] { widest = max(widest, lettering.width(of: label)) }
    }
    let left = margin + (widest == 0 ? 0 : widest + margin / 2)
    let top = margin + (corners == nil ? line : 2 * line)
    let bottom = margin + (corners == nil ? 0 : line)
    var sheet = Image(width: left + grid.width + margin, height: top + grid.height + bottom, filledWith: .white)
    sheet.paste(grid, x: left, y: top)

    for (index, text) in columns.enumerated() {
      let label = lettering.shorten(text, into: width)
      let x = left + index * (width + gap) + (width - lettering.width(of: label)) / 2
      lettering.draw(label, onto: &sheet, x: x, y: top - line)
    }
    for (index, lines) in labels.enumerated() {
      let first = top + index * (height + gap) + (height - lines.count * line) / 2
      for (place, text) in lines.enumerated() {
        lettering.draw(
          text, onto: &sheet, x: left - margin / 2 - lettering.width(of: text), y: first + place * line)
      }
    }
    for (index, text) in (corners ?? []).enumerated() {
      let label = lettering.fit(text, into: (grid.width - margin) / 2)
      let x = index % 2 == 0 ? left : left + grid.width - lettering.width(of: label)
      lettering.draw(label, onto: &sheet, x: x, y: index < 2 ? margin / 2 : top + grid.height + margin / 4)
    }
    return sheet
  }
}
