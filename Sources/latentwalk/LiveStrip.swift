import Foundation
import Pixels
import Walk

/// A strip of evenly spaced frames, written anew whenever one of them is finished; those to come are grey.
final class LiveStrip {
  private let url: URL
  private let chosen: [Int]
  private var pictures: [Image?]

  /// `count` pictures of a film of so many frames, which has as many at least.
  init(at path: String, _ count: Int, of frames: Int) {
    url = URL(filePath: path)
    chosen = frames < 2 ? [0] : Timeline.evenFrames(count, of: frames)
    pictures = chosen.map { _ in nil }
  }

  /// Takes a frame of the film, in any order.
  func add(_ index: Int, _ image: Image) throws(PictureError) {
    guard let place = chosen.firstIndex(of: index) else { return }
    let picture = try image.enlarged(Image.readableScale(ofWidth: image.width))
    pictures[place] = picture
    let blank = Image(width: picture.width, height: picture.height, filledWith: Colour(225, 225, 225))
    try Image.strip(pictures.map { $0 ?? blank }).write(to: url)
  }
}
