import Diffusion
import Foundation
import Pixels
import Render
import Video

/// Pictures for a sheet.
protocol SheetSource: FrameSource {
  /// How many pictures are best made at the same time.
  var atOnce: Int { get }
  /// What all of them depend on besides the model's files and their size, in bytes that differ when pictures do.
  var identity: [UInt8] { get }
  /// What one of them depends on besides.
  func identity(ofPicture index: Int) -> String
}

extension SheetSource {
  /// Makes all pictures, with their progress told, and gives them to `write`; `name` says what one is called, and
  /// `choose` what pictures there are, where the preparation has to be done before.
  ///
  /// Until `write` is through they are kept beside the file that they are for, if there is one, and a run that was
  /// interrupted goes on.
  func makePictures(
    for file: URL?, by model: URL, onBadFrame: BadFramePolicy = .retry, _ report: ReportOptions,
    named name: (Int) -> String = { "picture \($0 + 1)" }, choose: () -> Void = {}, write: ([Image]) throws -> Void
  ) throws {
    let making = Making(atOnce: atOnce, onBadFrame: onBadFrame, progress: ProgressPrinter(style: report.style))
    guard let file else {
      // Nothing is kept: Ctrl-C ends the process at once.
      _ = try prepare(nil, nil, Interruption())
      choose()
      return try write(making.pictures(of: self, Interruption(), named: name) { _ in false })
    }
    let all = try ModelFingerprint.bytes(of: model) + identity
    let shelf = try PictureShelf(beside: file)
    let shelved = ShelvedFrames(self, on: shelf, version: Version.current, all: all) { self.identity(ofPicture: $0) }
    do {
      let interruption = Interruption(signals: true)
      _ = try shelved.prepare(nil, nil, interruption)
      choose()
      try write(making.pictures(of: shelved, interruption, named: name, isKept: shelved.isKept))
      shelf.clear()
    } catch {
      shelf.leave()
      guard error is Interrupted else { throw error }
      let kept = (0..<count).count(where: shelved.isKept)
      throw Fault(
        code: .interrupted,
        description: "\(file.relativePath): interrupted with \(kept) of \(count) pictures kept; run the same command "
          + "again to go on")
    }
  }
}

/// How pictures are made.
private struct Making {
  let atOnce: Int
  let onBadFrame: BadFramePolicy
  let progress: ProgressPrinter

  /// All pictures of a source that is prepared. Throws `Interrupted` where it was asked to stop before.
  func pictures(
    of source: any FrameSource, _ interruption: Interruption, named name: (Int) -> String, isKept: (Int) -> Bool
  ) throws -> [Image] {
    let isNew = (0..<source.count).map { source.firstFrame(showing: $0) == $0 && !isKept($0) }
    let found = (0..<source.count).count { !isNew[source.firstFrame(showing: $0)] }
    progress.begin(frames: source.count, found: found, toRender: isNew.count { $0 })
    defer { progress.end() }
    var frames = MendedFrames(FramesAhead(source, atOnce: atOnce), onBadFrame, progress)
    var images: [Image] = []
    for index in 0..<source.count {
      if interruption.isRequested { throw Interrupted() }
      let first = source.firstFrame(showing: index)
      do {
        images.append(first < index ? images[first] : try frames.frame(at: index, after: images.last))
      } catch let fault as BrokenFrame {
        throw BrokenFrame("\(name(index)): \(fault); give less guidance, more steps or another seed")
      }
      progress.advance(rendered: isNew[index])
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
