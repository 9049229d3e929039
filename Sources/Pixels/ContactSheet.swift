/// Pictures in a grid with a label under each, to choose from.
package struct ContactSheet: Sendable {
  package var columns: Int
  package var gap: Int
  package var letterSize: Int

  package init(columns: Int, gap: Int = 8, letterSize: Int = 12) {
    (self.columns, self.gap, self.letterSize) = (columns, gap, letterSize)
  }

  /// Draws the sheet; pictures have one size, and a label too long for its picture loses its middle to an ellipsis.
  package func draw(_ tiles: [(image: Image, label: String)]) throws(PictureError) -> Image {
    precondition(!tiles.isEmpty && columns > 0, "a contact sheet has pictures and columns")
    var lettering = try Lettering(size: letterSize)
    let (width, height) = (tiles[0].image.width, tiles[0].image.height)
    let cards = tiles.map { tile in
      var card = Image(width: width, height: height + lettering.lineHeight + 2, filledWith: .white)
      card.paste(tile.image, x: 0, y: 0)
      let label = lettering.shorten(tile.label, into: width)
      lettering.draw(label, onto: &card, x: (width - lettering.width(of: label)) / 2, y: height + 2)
      return card
    }
    let grid = Image.grid(cards, columns: columns, gap: gap)
    var sheet = Image(width: grid.width + 2 * gap, height: grid.height + 2 * gap, filledWith: .white)
    sheet.paste(grid, x: gap, y: gap)
    return sheet
  }
}
