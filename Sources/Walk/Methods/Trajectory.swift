internal import Diffusion
internal import Pixels

/// A run from which others can go off: where it stood before every evaluation of its own and at its end.
struct Trajectory: Sendable {
  private let moments: [Moment]

  /// Takes `run` to its end. Before evaluation `i` it is drawn towards where another run stands, by a share.
  init(_ run: Run, towards other: (_ i: Int) -> (moment: Moment, share: Double)?) {
    var run = run
    var moments = [run.moment]
    while !run.isFinished {
      if let (moment, share) = other(run.moment.index) { run.draw(to: moment, by: share) }
      run.advance()
      moments.append(run.moment)
    }
    self.moments = moments
  }

  /// The first evaluation that it made by itself.
  var first: Int { moments[0].index }

  /// How many evaluations a whole run has.
  var evaluations: Int { moments[0].standing.evaluations }

  /// Where it stood before evaluation `i`; its end is behind the last.
  func moment(before i: Int) -> Moment { moments[i - first] }

  var latent: Latent { moments[moments.count - 1].standing.latent }
}
