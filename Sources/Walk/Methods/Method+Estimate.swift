internal import Diffusion

/// What a film asks of the network.
public struct Estimate: Sendable, Hashable {
  /// For the film's pictures.
  public var film = Work()
  /// For the pictures of a survey, which the method makes as it makes the film's.
  public var survey = Work()
  /// To lead the keyframes' pictures back to noise.
  public var inversion = 0

  public var total: Work {
    Work(
      evaluations: film.evaluations + survey.evaluations + inversion,
      plain: film.plain + survey.plain + inversion)
  }
}

extension Method {
  /// The work for a film with so many evaluations in a whole run, where `atOnce` pictures are made at the same time.
  ///
  /// It is what rendering counts, but for blending: frames that happen to stand on branches need no run.
  public func estimate(of timeline: Timeline, evaluations: Int, atOnce: Int = 1) -> Estimate {
    var rehearsal = Rehearsal(self, timeline, evaluations, atOnce: atOnce)
    let survey = timeline.spacing == .time ? Work() : rehearsal.survey()
    return Estimate(
      film: rehearsal.film(), survey: survey,
      inversion: InvertedPictures.count(of: timeline) * evaluations * Inversion().evaluations)
  }
}

/// Goes through a film's pictures in their order without painting them, and keeps what painting keeps.
private struct Rehearsal {
  private let method: Method
  private let timeline: Timeline
  private let evaluations: Int
  /// The keyframes' runs and the trees of branches that are at hand.
  private var runs, trees: Kept
  private var work = Work()

  init(_ method: Method, _ timeline: Timeline, _ evaluations: Int, atOnce: Int) {
    (self.method, self.timeline, self.evaluations) = (method, timeline, evaluations)
    switch method {
    case .walk: (runs, trees) = (Kept(0), Kept(0))
    case .blend: (runs, trees) = (Kept(Blending.keptTrunks), Kept(Blending.keptTrees))
    case .attention: (runs, trees) = (Kept(AttentionPainting.keptEnds(atOnce: atOnce)), Kept(0))
    }
  }

  /// The pictures of a survey, leg by leg; see `Survey`.
  mutating func survey() -> Work {
    work = Work()
    var known: Set<Int> = []
    for (index, leg) in timeline.legs.enumerated() {
      for keyframe in [leg.from, leg.to] where known.insert(keyframe).inserted {
        paint(leg: keyframe, from: keyframe, to: keyframe, isKeyframe: true)
      }
      if leg.from > 0 { known.remove(leg.from) }
      for _ in 1..<Survey.looks(at: leg) { paint(leg: index, from: leg.from, to: leg.to, isKeyframe: false) }
    }
    return work
  }

  /// The film's pictures, each that stands counted once.
  mutating func film() -> Work {
    work = Work()
    for frame in 0..<timeline.count where timeline.firstFrame(showing: frame) == frame {
      let state = timeline.state(at: frame)
      let isKeyframe = state.from == state.to && state == timeline.state(at: timeline.frames[state.from])
      paint(leg: state.from, from: state.from, to: state.to, isKeyframe: isKeyframe)
    }
    return work
  }

  private mutating func paint(leg: Int, from: Int, to: Int, isKeyframe: Bool) {
    work.plain += evaluations
    switch method {
    case .walk: work.evaluations += evaluations
    case .attention:
      run(from)
      if from != to { run(to) }
      if !isKeyframe { work.evaluations += evaluations }
    case .blend(let blend):
      if from == to {
        trunk(from, blend)
        if !isKeyframe { work.evaluations += evaluations }
      } else {
        if trees.isNew(leg) {
          trunk(from, blend)
          trunk(to, blend)
          work.evaluations += blend.starts(of: evaluations).reduce(0) { $0 + evaluations - $1 }
        }
        if blend.between == .denoise { work.evaluations += evaluations - blend.frameStart(of: evaluations) }
      }
    }
  }

  private mutating func run(_ keyframe: Int) {
    if runs.isNew(keyframe) { work.evaluations += evaluations }
  }

  /// A keyframe's run that may be drawn towards the one before.
  private mutating func trunk(_ keyframe: Int, _ blend: Blend) {
    guard runs.isNew(keyframe) else { return }
    if blend.firstCrossfeed.power > 0, keyframe > 0 { trunk(keyframe - 1, blend) }
    work.evaluations += evaluations
  }
}

/// Which values a `Recent` holds.
private struct Kept {
  private let capacity: Int
  private var keys: [Int] = []

  init(_ capacity: Int) { self.capacity = capacity }

  /// Whether a value has to be made when it is asked for; from now on it is kept.
  mutating func isNew(_ key: Int) -> Bool {
    let isNew = !keys.contains(key)
    keys = (keys.filter { $0 != key } + [key]).suffix(capacity)
    return isNew
  }
}
