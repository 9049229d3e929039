extension Image {
  /// How much detail the picture shows: the mean square of its gradient (Tenengrad: Krotkov 1987), from 0 upwards.
  ///
  /// Sobel gradients of red, green and blue, each from 0 to 1, per pixel; the mean is over pixels and colours. Two
  /// pictures laid over one another at half strength have half of each one's edges at a quarter of their energy: a
  /// cross-fade dips to about half of its ends. The absolute value depends on what is shown and on how large.
  package var sharpness: Double {
    guard width > 2, height > 2 else { return 0 }
    let stride = width * 3
    return pixels.withUnsafeBufferPointer { p in
      var sum = 0
      for y in 1..<height - 1 {
        for i in y * stride + 3..<(y + 1) * stride - 3 {
          func at(_ dx: Int, _ dy: Int) -> Int { Int(p[i + dy * stride + dx * 3]) }
          let across = at(1, -1) - at(-1, -1) + 2 * (at(1, 0) - at(-1, 0)) + at(1, 1) - at(-1, 1)
          let down = at(-1, 1) - at(-1, -1) + 2 * (at(0, 1) - at(0, -1)) + at(1, 1) - at(1, -1)
          sum += across * across + down * down
        }
      }
      // The kernel's slope for a ramp of 1 is 8.
      return Double(sum) / (255 * 255 * 64) / Double((width - 2) * (height - 2) * 3)
    }
  }
}
