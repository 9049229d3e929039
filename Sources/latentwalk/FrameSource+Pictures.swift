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
    let shelf = try file.map { try PictureShelf(beside: $0) }
    let shelved = try shelf.map {
      let all = try Fingerprint.bytes(of: model) + identity
      return ShelvedFrames(self, on: $0, version: Version.current, all: all) { self.identity(ofPicture: $0) }
    }
    let source: any FrameSource = shelved ?? self
    // Where nothing is kept, Ctrl-C ends the process at once.
    let interruption = Interruption(signals: shelf != nil)
    var isPrepared = false
    do {
      _ = try source.prepare(nil, nil, interruption)
      isPrepared = true
      choose()
      try write(pictures(of: file?.relativePath, shelved, onBadFrame, report, interruption, named: name))
      shelf?.clear()
    } catch {
      shelf?.leave()
      guard let file, let shelved else { throw error }
      if let error = error as? PictureError, case .cannotWrite = error {
        throw Fault(code: .cannotWrite, description: "\(error)\(JobError.goingOn(with: "pictures"))")
      }
      guard error is Interrupted else { throw error }
      let kept = (0..<count).count(where: shelved.isKept)
      throw Fault(
        code: .interrupted,
        description: "\(file.relativePath): interrupted "
          + (isPrepared ? "with \(kept) of \(count) pictures kept" : "in the survey, whose pictures are kept")
          + "; run the same command again to go on")
    }
  }

  /// All pictures, those that are shelved first of all. Throws `Interrupted` where it was asked to stop before.
  private func pictures(
    of file: String?, _ shelved: ShelvedFrames?, _ onBadFrame: BadFramePolicy, _ report: ReportOptions,
    _ interruption: Interruption,
    named name: (Int) -> String
  ) throws -> [Image] {
    let isNew = (0..<count).map { firstFrame(showing: $0) == $0 && shelved?.isKept($0) != true }
    let found = (0..<count).count { !isNew[firstFrame(showing: $0)] }
    let progress = ProgressPrinter(style: report.style, of: file)
    progress.begin(frames: count, found: found, toRender: isNew.count { $0 })
    defer { progress.end() }
    var frames = MendedFrames(FramesAhead(shelved ?? self, atOnce: atOnce), onBadFrame, progress)
    var images: [Image] = []
    for index in 0..<count {
      if interruption.isRequested { throw Interrupted() }
      let first = firstFrame(showing: index)
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
