extension Method {
  /// The work for a film's pictures with so many evaluations in a whole run; a little less is needed where frames
  /// happen to stand on branches.
  public func estimate(of timeline: Timeline, evaluations: Int) -> Work {
    let pictures = Pictures(timeline)
    let plain = pictures.count * evaluations
    switch self {
    case .walk, .attention: return Work(evaluations: plain, plain: plain)
    case .blend(let blend):
      let branches = blend.starts(of: evaluations).reduce(0) { $0 + evaluations - $1 }
      let frame = blend.between == .denoise ? evaluations - blend.frameStart(of: evaluations) : 0
      return Work(
        evaluations: pictures.keyframes.count * evaluations + pictures.segments * branches + pictures.between * frame,
        plain: plain)
    }
  }
}

/// What a film shows, each picture that stands counted once.
private struct Pictures {
  var count = 0
  /// Those that are on no keyframe.
  var between = 0
  /// The keyframes on and between which the pictures lie.
  var keyframes: Set<Int> = []
  /// How often the film enters the way between two keyframes.
  var segments = 0

  init(_ timeline: Timeline) {
    var segment: [Int] = []
    for frame in 0..<timeline.count where timeline.firstFrame(showing: frame) == frame {
      let state = timeline.state(at: frame)
      count += 1
      keyframes.formUnion([state.from, state.to])
      guard state.from != state.to else { continue }
      between += 1
      if segment != [state.from, state.to] { segments += 1 }
      segment = [state.from, state.to]
    }
  }
}
