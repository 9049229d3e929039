/// Counts frames and foretells the time that is left.
struct ProgressMeter {
  let frames: Int
  /// How many of them are not there and have to be rendered.
  let toRender: Int
  private(set) var done = 0
  private(set) var rendered = 0
  /// Spent on frames that were rendered, not on those that were there.
  private(set) var seconds = 0.0
  private var last: Double

  init(frames: Int, toRender: Int, at now: Double) {
    self.frames = frames
    self.toRender = toRender
    last = now
  }

  mutating func advance(rendered isRendered: Bool, at now: Double) {
    done += 1
    if isRendered {
      rendered += 1
      seconds += now - last
    }
    last = now
  }

  /// The mean so far; nil before the first rendered frame.
  var secondsPerFrame: Double? { rendered > 0 ? seconds / Double(rendered) : nil }

  var secondsLeft: Double? { secondsPerFrame.map { $0 * Double(max(0, toRender - rendered)) } }
}
