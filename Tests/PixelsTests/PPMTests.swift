import Pixels
import TestSupport
import Testing

struct PPMTests {
  @Test func pixelsSurvive() throws {
    let image = Image.pattern(width: 5, height: 3)
    let bytes = PPM.encode(image)
    #expect(bytes.starts(with: Array("P6\n5 3\n255\n".utf8)))
    #expect(try PPM.decode(bytes, name: "test") == image)
  }

  @Test(arguments: [
    "P6\n# made by hand\n2 1\n255\n", "P6 2 1 255 ", "P6\t2\r\n#\n#x\n1#y\n255\n", "P6\n2 # width\n1\n255\n",
  ])
  func headersOfManyShapes(header: String) throws {
    let image = try PPM.decode(Array(header.utf8) + [1, 2, 3, 4, 5, 6], name: "test")
    #expect(image == Image(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6]))
  }

  @Test(arguments: [
    ("", "P6"), ("P5\n2 1\n255\n", "P6"), ("P6", "width"), ("P6\n2", "height"), ("P6\n2 1\n", "largest value"),
    ("P6\n2 1\n65535\n", "expected 255"), ("P6\n2 1\n255", "white space"), ("P6\n0 1\n255\n", "width"),
    ("P6\n-2 1\n255\n", "width"), ("P6\nzwei 1\n255\n", "zwei"), ("P6\n2 99999999999999999999999\n255\n", "height"),
    ("P6\n1000000 1000000\n255\n", "3000000000000 bytes"), ("P6\n2 1\n255\n12345", "but 5"),
    ("P6\n2 1\n255\n1234567", "but 7"), ("P6\n# no end", "width"),
  ])
  func malformed(text: String, says: String) {
    let error = #expect(throws: PictureError.self) { try PPM.decode(Array(text.utf8), name: "bad.ppm") }
    #expect(error?.description.contains("bad.ppm") == true)
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
  }
}
