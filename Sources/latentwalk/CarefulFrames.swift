import Diffusion
import Render
import Synchronization
import Walk

/// Frames that are set up when the first of them is needed.
final class CarefulFrames: Sendable {
  private let made = Mutex<WalkFrames?>(nil)
  private let make: @Sendable () throws -> WalkFrames

  init(_ make: @escaping @Sendable () throws -> WalkFrames) { self.make = make }

  func frames() throws -> WalkFrames {
    try made.withLock { made in
      if let made { return made }
      let frames = try make()
      made = frames
      return frames
    }
  }
}

/// Tells a job what the engine says of a picture.
func namingBroken<Result>(_ make: () throws -> Result) throws -> Result {
  do {
    return try make()
  } catch let error as EngineError where error.isBrokenPicture {
    throw BrokenFrame("\(error)")
  }
}
