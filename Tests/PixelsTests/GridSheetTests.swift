import Pixels
import TestSupport
import Testing

struct GridSheetTests {
  private func ink(_ image: Image, _ xs: Range<Int>, _ ys: Range<Int>) -> Int {
    ys.reduce(0) { sum, y in sum + xs.count { image[$0, y].red < 128 } }
  }

  @Test func wordsStandAtTheEdges() throws {
    let images = (0..<6).map { Image(width: 60, height: 50, filledWith: Colour(200, UInt8($0), 200)) }
    let sheet = try GridSheet(
      columns: ["0 %", "50 %", "100 %"], rows: ["one", "two"],
      corners: ["a", "b", "c", "a rather long name for a corner"]
    )
    .draw(images)
    let first = try #require(
      (0..<sheet.width * sheet.height).first { sheet[$0 % sheet.width, $0 / sheet.width].blue == 200 })
    let (left, top) = (first % sheet.width, first / sheet.width)
    for (index, image) in images.enumerated() {
      let (x, y) = (left + index % 3 * 64, top + index / 3 * 54)
      #expect(sheet[x, y] == image[0, 0] && sheet[x + 59, y + 49] == image[0, 0])
      #expect(index >= 3 || ink(sheet, x..<x + 60, 0..<top) > 10)
      #expect(index % 3 > 0 || ink(sheet, 0..<left, y..<y + 50) > 10)
    }
    let below = top + 104
    #expect(ink(sheet, left..<left + 20, below..<sheet.height) > 5)
    #expect(ink(sheet, left + 100..<sheet.width, below..<sheet.height) > 20)
    #expect(ink(sheet, sheet.width - 4..<sheet.width, 0..<sheet.height) == 0)
  }

  /// Words that are too many for a row go on below, and end in an ellipsis where its pictures end.
  @Test func aRowsWordsTakeSeveralLines() throws {
    var lettering = try Lettering(size: 12)
    let text = "a photo of a fox on grass in the evening"
    let lines = lettering.lines(text, into: 100, atMost: 4)
    #expect(lines.count > 1 && lines.joined(separator: " ") == text)
    let cut = lettering.lines(text, into: 100, atMost: 2)
    #expect(cut.count == 2 && cut[0] == lines[0] && cut[1].hasSuffix("…"))
    #expect(lettering.lines("Donaudampfschifffahrtsgesellschaft", into: 100, atMost: 4).map { $0.last } == ["…"])
    #expect(lettering.lines("", into: 100, atMost: 4) == [])
    for line in lines + cut { #expect(lettering.width(of: line) <= 100) }

    let image = Image(width: 60, height: 50, filledWith: Colour(200, 200, 200))
    let short = try GridSheet(columns: [""], rows: ["a fox"]).draw([image])
    let long = try GridSheet(columns: [""], rows: [Array(repeating: text, count: 9).joined()]).draw([image])
    #expect(long.height == short.height && long.width < short.width + 100)
    // White around the words.
    #expect(ink(long, 0..<long.width, 0..<4) == 0 && ink(long, 0..<long.width, long.height - 4..<long.height) == 0)
  }

  @Test func withoutWordsThereIsNoRoomForThem() throws {
    let image = Image.pattern(width: 40, height: 40)
    let bare = try GridSheet(columns: ["", ""], rows: [""]).draw([image, image])
    let named = try GridSheet(columns: ["", ""], rows: ["a name"]).draw([image, image])
    #expect(bare.width < named.width)
    #expect(bare.height == named.height)
  }
}
