internal import CFreeType

/// Draws lines of text: fontconfig finds the fonts, FreeType the shapes.
///
/// Letters stand one after another without shaping; a letter that the first font
/// lacks comes from another installed font.
package struct Lettering: ~Copyable {
  private let library: FontLibrary
  private var faces: [FontFace]
  private let size: Int

  /// Letters `size` pixels high, from the system's sans-serif font.
  package init(size: Int) throws(PictureError) {
    let library = try FontLibrary()
    guard let file = FontLibrary.file(showing: nil), let face = FontFace(library, file: file, size: size) else {
      throw .noFont(reason: "fontconfig finds no scalable font; install one, as fonts-dejavu-core")
    }
    self.size = size
    self.library = library
    faces = [face]
  }

  /// Throws where there are no letters to draw with: to be found before the pictures that they stand under are made.
  package static func check() throws(PictureError) { _ = try Lettering(size: 12) }

  /// Pixels from the top of a line to its baseline.
  package var ascent: Int { faces[0].ascent }
  /// Pixels from one line to the next.
  package var lineHeight: Int { faces[0].lineHeight }

  /// How wide a line of text is, in pixels.
  package mutating func width(of text: String) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in sum + (glyph(scalar)?.advance ?? 0) }
  }

  /// `text` with `tail` behind, or as much of its beginning as fits into `width` with an ellipsis between the two.
  package mutating func fit(_ text: String, keeping tail: String = "", into width: Int) -> String {
    let width = width - self.width(of: tail)
    let room = width - self.width(of: "…")
    var (used, end) = (0, text.startIndex)
    for index in text.indices {
      used += self.width(of: String(text[index]))
      if used > width { return room < 0 ? "" : text[..<end] + "…" + tail }
      if used <= room { end = text.index(after: index) }
    }
    return text + tail
  }

  /// `text`, or its beginning and its end with an ellipsis between the two: numbers often begin alike.
  package mutating func shorten(_ text: String, into width: Int) -> String {
    if self.width(of: text) <= width { return text }
    let short = text.count > 6 ? fit(String(text.dropLast(6)), keeping: String(text.suffix(6)), into: width) : ""
    return short.isEmpty ? fit(text, into: width) : short
  }

  /// `text` in at most `count` lines that fit into `width`, broken at spaces; what does not fit is an ellipsis.
  package mutating func lines(_ text: String, into width: Int, atMost count: Int) -> [String] {
    var lines: [String] = []
    var rest = text.split(separator: " ")[...]
    while let first = rest.popFirst() {
      var line = String(first)
      guard lines.count < count - 1 else { return lines + [fit(([first] + rest).joined(separator: " "), into: width)] }
      while let next = rest.first, self.width(of: line + " " + next) <= width {
        line += " " + next
        rest.removeFirst()
      }
      lines.append(fit(line, into: width))
    }
    return lines
  }

  /// Draws one line, its upper left corner at (x, y); what leaves the picture is cut off.
  package mutating func draw(_ text: String, onto image: inout Image, x: Int, y: Int, colour: Colour = .black) {
    var pen = x
    for scalar in text.unicodeScalars {
      guard let glyph = glyph(scalar) else { continue }
      image.blend(glyph, x: pen + glyph.left, y: y + ascent - glyph.top, colour: colour)
      pen += glyph.advance
    }
  }

  private mutating func glyph(_ scalar: Unicode.Scalar) -> Glyph? {
    if scalar.properties.isDefaultIgnorableCodePoint { return nil }
    if let face = faces.first(where: { $0.shows(scalar) }) { return face.glyph(scalar) }
    if let file = FontLibrary.file(showing: scalar), let face = FontFace(library, file: file, size: size),
      face.shows(scalar)
    {
      faces.append(face)
      return face.glyph(scalar)
    }
    return faces[0].glyph(scalar)
  }
}

/// The shape of a letter: how much of each pixel it covers.
private struct Glyph {
  let width: Int
  let height: Int
  let coverage: [UInt8]
  /// From the pen to the left edge, from the baseline up to the top edge, and on to the next letter.
  let left: Int
  let top: Int
  let advance: Int
}

extension Image {
  fileprivate mutating func blend(_ glyph: Glyph, x: Int, y: Int, colour: Colour) {
    for row in 0..<glyph.height where (0..<height).contains(y + row) {
      for column in 0..<glyph.width where (0..<width).contains(x + column) {
        let cover = Int(glyph.coverage[row * glyph.width + column])
        func mix(_ under: UInt8, _ over: UInt8) -> UInt8 {
          UInt8((Int(under) * (255 - cover) + Int(over) * cover + 127) / 255)
        }
        let under = self[x + column, y + row]
        self[x + column, y + row] = Colour(
          mix(under.red, colour.red), mix(under.green, colour.green), mix(under.blue, colour.blue))
      }
    }
  }
}

/// An open FreeType.
private final class FontLibrary {
  let handle: FT_Library

  init() throws(PictureError) {
    var library: FT_Library?
    guard FT_Init_FreeType(&library) == 0, let library else { throw .noFont(reason: "FreeType does not start") }
    handle = library
  }

  deinit { FT_Done_FreeType(handle) }

  /// The file and index of the installed sans-serif font that comes nearest, asked to show `scalar`.
  static func file(showing scalar: Unicode.Scalar?) -> (path: String, index: Int)? {
    guard FcInit() != 0, let pattern = FcPatternCreate() else { return nil }
    defer { FcPatternDestroy(pattern) }
    FcPatternAddString(pattern, FC_FAMILY, "sans-serif")
    FcPatternAddBool(pattern, FC_SCALABLE, 1)
    FcPatternAddBool(pattern, FC_COLOR, 0)
    if let scalar, let set = FcCharSetCreate() {
      FcCharSetAddChar(set, scalar.value)
      FcPatternAddCharSet(pattern, FC_CHARSET, set)
      FcCharSetDestroy(set)
    }
    FcConfigSubstitute(nil, pattern, FcMatchPattern)
    FcDefaultSubstitute(pattern)
    var result = FcResultMatch
    guard let match = FcFontMatch(nil, pattern, &result) else { return nil }
    defer { FcPatternDestroy(match) }
    var path: UnsafeMutablePointer<FcChar8>?
    var index: Int32 = 0
    guard FcPatternGetString(match, FC_FILE, 0, &path) == FcResultMatch, let path else { return nil }
    _ = FcPatternGetInteger(match, FC_INDEX, 0, &index)
    return (String(cString: path), Int(index))
  }
}

/// A font at one size.
private final class FontFace {
  private let handle: FT_Face
  /// FreeType must outlive its faces.
  private let library: FontLibrary

  init?(_ library: FontLibrary, file: (path: String, index: Int), size: Int) {
    self.library = library
    var face: FT_Face?
    guard FT_New_Face(library.handle, file.path, file.index, &face) == 0, let face else { return nil }
    handle = face
    guard FT_Set_Pixel_Sizes(face, 0, UInt32(size)) == 0 else { return nil }
  }

  deinit { FT_Done_Face(handle) }

  // FreeType counts in 1/64 of a pixel.
  var ascent: Int { Int(handle.pointee.size.pointee.metrics.ascender + 63) >> 6 }
  var lineHeight: Int { Int(handle.pointee.size.pointee.metrics.height + 63) >> 6 }

  func shows(_ scalar: Unicode.Scalar) -> Bool { FT_Get_Char_Index(handle, FT_ULong(scalar.value)) != 0 }

  /// The letter's shape; the font's own box for a letter it lacks.
  func glyph(_ scalar: Unicode.Scalar) -> Glyph? {
    guard FT_Load_Char(handle, FT_ULong(scalar.value), FT_Int32(FT_LOAD_RENDER)) == 0,
      let slot = handle.pointee.glyph?.pointee, Int(slot.bitmap.pixel_mode) == Int(FT_PIXEL_MODE_GRAY.rawValue)
    else { return nil }
    let (width, height, pitch) = (Int(slot.bitmap.width), Int(slot.bitmap.rows), Int(slot.bitmap.pitch))
    var coverage: [UInt8] = []
    for row in 0..<height {
      coverage += UnsafeBufferPointer(start: slot.bitmap.buffer + row * pitch, count: width)
    }
    return Glyph(
      width: width, height: height, coverage: coverage, left: Int(slot.bitmap_left), top: Int(slot.bitmap_top),
      advance: Int(slot.advance.x) >> 6)
  }
}
