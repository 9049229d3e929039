internal import CFFmpeg
internal import FFmpeg

extension Image {
  /// The picture turned and mirrored as its decoded frame asks: cameras say how they were held instead of turning it.
  func upright(as frame: borrowing Frame) -> Image {
    guard let side = av_frame_get_side_data(frame.pointer, AV_FRAME_DATA_DISPLAYMATRIX),
      side.pointee.size >= 9 * MemoryLayout<Int32>.size
    else { return self }
    return side.pointee.data.withMemoryRebound(to: Int32.self, capacity: 9) { matrix in
      turned(x: (matrix[0].signum(), matrix[3].signum()), y: (matrix[1].signum(), matrix[4].signum()))
    }
  }

  /// Pixel (x, y) goes to the two sums of x and y times these, -1, 0 or 1; as it is where they are no such turn.
  private func turned(x across: (Int32, Int32), y down: (Int32, Int32)) -> Image {
    let (a, b, c, d) = (Int(across.0), Int(across.1), Int(down.0), Int(down.1))
    guard abs(a * d - b * c) == 1, a * b == 0, c * d == 0, (a, b, c, d) != (1, 0, 0, 1) else { return self }
    let (width, height) = a == 0 ? (self.height, self.width) : (self.width, self.height)
    // What falls below zero is counted from the other end.
    let (left, top) = (a + b < 0 ? width - 1 : 0, c + d < 0 ? height - 1 : 0)
    var turned = [UInt8](repeating: 0, count: pixels.count)
    for y in 0..<self.height {
      for x in 0..<self.width {
        let (from, to) = (3 * (y * self.width + x), 3 * ((top + c * x + d * y) * width + left + a * x + b * y))
        for channel in 0..<3 { turned[to + channel] = pixels[from + channel] }
      }
    }
    return Image(width: width, height: height, pixels: turned)
  }
}
