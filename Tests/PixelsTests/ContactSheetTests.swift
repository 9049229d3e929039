import Pixels
import TestSupport
import Testing

struct ContactSheetTests {
  private func ink(_ image: Image, _ xs: Range<Int>, _ ys: Range<Int>) -> Int {
    ys.reduce(0) { sum, y in sum + xs.count { image[$0, y].red < 128 } }
  }

  @Test func labelsStandUnderPictures() throws {
    let tiles = (0..<4).map {
      (image: Image(width: 64, height: 64, filledWith: Colour(250, 0, 0)), label: "seed \($0)")
    }
    let sheet = try ContactSheet(columns: 2, gap: 8, letterSize: 12).draw(tiles)
    #expect(sheet.width == 2 * 64 + 3 * 8)
    let card = (sheet.height - 3 * 8) / 2
    #expect(card > 64 + 12)
    for (x, y) in [(8, 8), (80, 8), (8, 16 + card), (80, 16 + card)] {
      #expect(sheet[x, y] == Colour(250, 0, 0))
      #expect(ink(sheet, x..<x + 64, y + 64..<y + card) > 20)
    }
    // Margins stay white.
    #expect(ink(sheet, 0..<sheet.width, 0..<8) == 0)
    #expect(ink(sheet, 0..<8, 0..<sheet.height) == 0)
  }

  @Test func differentLabelsLookDifferent() throws {
    let image = Image(width: 64, height: 16, filledWith: .white)
    let sheets = try ["seed 1", "seed 7", ""].map { try ContactSheet(columns: 1).draw([(image, $0)]) }
    #expect(sheets[0] != sheets[1])
    #expect(ink(sheets[2], 0..<sheets[2].width, 0..<sheets[2].height) == 0)
  }

  @Test func longLabelsAreCut() throws {
    var lettering = try Lettering(size: 12)
    let text = "a photograph of a very long train, in the evening"
    let cut = lettering.fit(text, into: 100)
    #expect(cut.hasSuffix("…") && cut.count > 5)
    #expect(lettering.width(of: cut) <= 100)
    #expect(lettering.fit("tiger", into: 100) == "tiger")
    #expect(lettering.fit("tiger", into: 1) == "")
    // What comes behind the cut costs nothing.
    #expect(lettering.fit(String(repeating: text, count: 10_000), into: 100) == cut)
  }

  @Test func longNumbersDifferWhereTheyEnd() throws {
    var lettering = try Lettering(size: 12)
    let cut = lettering.shorten("seed 12345678901234567890", into: 100)
    #expect(cut.hasPrefix("seed ") && cut.hasSuffix("…567890"))
    #expect(lettering.width(of: cut) <= 100)
    #expect(lettering.shorten("seed 7", into: 100) == "seed 7")
    #expect(lettering.shorten("7", into: 100) == "7")
  }

  @Test(arguments: ["Ünïcödé", "Привет", "日本", "🚗", "e\u{301}\u{200d}", "tab\there"]) func anyTextIsDrawn(text: String)
    throws
  {
    var lettering = try Lettering(size: 16)
    var image = Image(width: 200, height: 24, filledWith: .white)
    lettering.draw(text, onto: &image, x: 2, y: 2)
    #expect(lettering.width(of: text) > 0)
    // Beyond the border nothing is drawn and nothing breaks.
    lettering.draw(text, onto: &image, x: -10, y: -10)
    lettering.draw(text, onto: &image, x: 195, y: 20)
  }
}
