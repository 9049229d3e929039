package import Diffusion
package import Foundation
package import Pixels
package import Walk

extension Script {
  /// Whether a keyframe shows a picture.
  package var hasPictures: Bool { timeline.keyframes.contains { $0.picture != nil } }

  /// The scheduler for a model; nil is the model's own.
  ///
  /// Pictures need one whose steps can be undone: DDIM, where nobody names a scheduler and the model's own is none.
  package func scheduler(for model: ModelDescription) -> SchedulerKind? {
    guard scheduler == nil, hasPictures, !SchedulerKind.reversible.contains(model.scheduler) else { return scheduler }
    return .ddim
  }

  /// What of the pictures decides about frames: sizes and pixels.
  package var pictureBytes: [UInt8] {
    timeline.keyframes.compactMap(\.picture?.image).flatMap { Array("\($0.width)x\($0.height)\n".utf8) + $0.pixels }
  }
}

extension KeyframePicture {
  /// Reads the file at `path`, from `folder` where it is relative. Throws a `PictureError`.
  package init(at path: String, in folder: URL? = nil) throws(PictureError) {
    let file = URL(filePath: path, relativeTo: folder)
    self.init(path: path, file: file, image: try Image(contentsOf: file))
  }
}
