import Foundation
import Pixels
import Walk

/// A strip of evenly spaced frames, written anew whenever one of them is finished; those to come are grey.
final class LiveStrip {
  private let url: URL
  private let chosen: [Int]
  private var pictures: [Image?]

  /// `count` is the film's number of frames.
  init(at path: String, frames count: Int) {
    url = URL(filePath: path)
    chosen = count < 2 ? [0] : Timeline.evenFrames(min(Self.length, count), of: count)
    pictures = chosen.map { _ in nil }
  }

  /// Takes a frame of the film, in any order.
  func add(_ index: Int, _ image: Image) throws(PictureError) {
    guard let place = chosen.firstIndex(of: index) else { return }
    let picture = try image.enlarged(image.readableScale)
    pictures[place] = picture
    let blank = Image(width: picture.width, height: picture.height, filledWith: Colour(225, 225, 225))
    try Image.strip(pictures.map { $0 ?? blank }).write(to: url)
  }

  private static let length = 8
}
