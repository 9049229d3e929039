package import Pixels
package import Video

/// The frames of a source, with those that come out broken seen to as a policy says.
package struct MendedFrames {
  private let source: any FrameSource
  private let policy: BadFramePolicy
  private let progress: ProgressPrinter
  private let name: String
  /// What has been done so far.
  private(set) var repairs: Repairs

  /// `name` is what the pictures are called where one is told of.
  package init(
    _ source: any FrameSource, _ policy: BadFramePolicy, _ progress: ProgressPrinter, called name: String = "frame"
  ) {
    self.init(source, policy, progress, after: Repairs(), called: name)
  }

  init(
    _ source: any FrameSource, _ policy: BadFramePolicy, _ progress: ProgressPrinter, after repairs: Repairs,
    called name: String = "frame"
  ) {
    self.name = name
    self.source = source
    self.policy = policy
    self.progress = progress
    self.repairs = repairs
  }

  /// The picture of a frame; `before` is the film's last picture, if this is not the first.
  package mutating func frame(at index: Int, after before: Image?) throws -> Image {
    do {
      return try source.frame(at: index)
    } catch let fault as BrokenFrame where policy != .stop {
      return try mend(index, fault, before)
    }
  }

  private mutating func mend(_ index: Int, _ fault: BrokenFrame, _ before: Image?) throws -> Image {
    var fault = fault
    do {
      if let image = try source.frameAgain(at: index) {
        repairs.again.append(index)
        progress.note("\(name) \(index): \(fault); rendered again with full precision")
        return image
      }
    } catch let again as BrokenFrame {
      fault = BrokenFrame("\(again), with full precision too")
    }
    guard policy == .hold, let before else { throw fault }
    repairs.held.append(index)
    progress.note("\(name) \(index): \(fault); the \(name) before is shown once more")
    return before
  }
}

/// The frames of a film that came out broken, by what was done about them.
package struct Repairs: Codable, Equatable, Sendable {
  /// Rendered again with more precision.
  package internal(set) var again: [Int] = []
  /// The frame before is shown instead.
  package internal(set) var held: [Int] = []

  package init(again: [Int] = [], held: [Int] = []) {
    self.again = again
    self.held = held
  }

  /// Those of some frames, ascending.
  func of(_ frames: [Int]) -> Repairs {
    let frames = Set(frames)
    return Repairs(again: again.filter(frames.contains), held: held.filter(frames.contains))
  }

  var isEmpty: Bool { again.isEmpty && held.isEmpty }
}

extension Repairs: CustomStringConvertible {
  package var description: String {
    let parts = [("rendered again with full precision", again), ("replaced by the one before", held)]
    return parts.filter { !$0.1.isEmpty }.map { what, indices in
      let shown = indices.prefix(20).map(String.init).joined(separator: ", ")
      let more = indices.count > 20 ? " and \(indices.count - 20) more" : ""
      return "broken and \(what): \(indices.count == 1 ? "frame" : "frames") \(shown)\(more)"
    }.joined(separator: "; ")
  }
}
