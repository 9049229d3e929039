import Diffusion
import Pixels
import Render
import Video

extension FrameSource {
  /// All pictures, `atOnce` made at the same time, with their progress told; `name` says what one is called.
  func pictures(
    atOnce: Int, onBadFrame: BadFramePolicy = .retry, _ report: ReportOptions,
    named name: (Int) -> String = { "picture \($0 + 1)" }
  ) throws -> [Image] {
    _ = try prepare(nil, nil, Interruption())
    let ahead = FramesAhead(self, atOnce: atOnce)
    let progress = ProgressPrinter(style: report.style)
    progress.begin(frames: count, found: 0, toRender: (0..<count).count { firstFrame(showing: $0) == $0 })
    defer { progress.end() }
    var frames = MendedFrames(ahead, onBadFrame, progress)
    var images: [Image] = []
    for index in 0..<count {
      let first = firstFrame(showing: index)
      do {
        images.append(first < index ? images[first] : try frames.frame(at: index, after: images.last))
      } catch let fault as BrokenFrame {
        throw BrokenFrame("\(name(index)): \(fault); give less guidance, more steps or another seed")
      }
      progress.advance(rendered: first == index)
    }
    return images
  }
}

extension Engine {
  /// The size asked for, or the model's own; checked against what the model can make.
  ///
  /// A preview has half of it, unless a side would fall below 256 pixels: models draw badly at sizes far from their own.
  func size(_ wanted: Size?, preview: Bool = false) throws -> Size {
    var size = wanted ?? model.defaultSize
    if preview, min(size.width, size.height) >= 512 {
      size = Size(
        width: size.width / 2 / model.factor * model.factor, height: size.height / 2 / model.factor * model.factor)
    }
    _ = try latentShape(width: size.width, height: size.height)
    return size
  }
}

extension Image {
  /// The picture `factor` times as wide and high.
  func enlarged(_ factor: Int) throws(PictureError) -> Image {
    factor == 1 ? self : try scaled(width: width * factor, height: height * factor, filter: .lanczos)
  }

  /// The least enlargement at which a picture shows its details and has room for a label.
  static func readableScale(ofWidth width: Int) -> Int { (96 + width - 1) / width }
}
