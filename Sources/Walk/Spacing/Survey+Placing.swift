extension Survey.Profile {
  /// The positions that cut the leg into `count` parts of equal change; `count` − 1, rising.
  package func cuts(into count: Int) -> [Double] {
    // The way back from change to position: where nothing changes, one position serves for all.
    var (xs, ys) = ([distances[0]], [positions[0]])
    for (distance, position) in zip(distances, positions).dropFirst() where distance > xs[xs.count - 1] {
      xs.append(distance)
      ys.append(position)
    }
    guard xs.count >= 2 else { return (1..<count).map { Double($0) / Double(count) } }
    let position = MonotoneCurve(xs, ys)
    return (1..<count).map { position(length * Double($0) / Double(count)) }
  }

  /// How far the picture has come at a position.
  package func distance(at position: Double) -> Double { MonotoneCurve(positions, distances)(position) }
}

extension Timeline {
  /// The walk with its frames placed as its spacing asks; by the clock it stays as it is.
  ///
  /// `survey` is one of this walk.
  public func placed(by survey: Survey) -> Timeline {
    guard spacing != .time else { return self }
    precondition(survey.legs.count == legs.count, "a survey of \(survey.legs.count) ways for \(legs.count)")
    let shares =
      spacing == .even
      ? Self.shares(of: legs.reduce(0) { $0 + $1.length }, among: survey.legs.map(\.length)) : legs.map(\.length)
    var placed = self
    placed.positions = zip(survey.legs, shares).map { $0.cuts(into: $1) }
    for (index, leg) in legs.enumerated() {
      let begin = placed.holdEnds[index]
      let end = begin + shares[index]
      placed.legs[index].begin = begin
      placed.legs[index].end = end
      guard leg.to > index else { continue }
      placed.frames[leg.to] = end
      placed.holdEnds[leg.to] = end + holdEnds[leg.to] - frames[leg.to]
    }
    return placed
  }

  /// How far neighbouring frames lie apart by the clock, where the picture moves: what a survey foretells.
  package func steps(by survey: Survey) -> [Double] {
    zip(legs, survey.legs).flatMap { leg, profile in
      let way = (0...leg.length).map { profile.distance(at: Double($0) / Double(leg.length)) }
      return zip(way.dropFirst(), way).map(-)
    }
  }

  /// So many frames for each length that the steps differ as little as can be; one at least for each.
  package static func shares(of frames: Int, among lengths: [Double]) -> [Int] {
    let whole = lengths.reduce(0, +)
    guard whole > 0 else { return shares(of: frames, among: lengths.map { _ in 1 }) }
    var shares = lengths.map { max(1, Int(Double(frames) * $0 / whole)) }
    func step(_ index: Int, _ frames: Int) -> Double { lengths[index] / Double(frames) }
    while shares.reduce(0, +) < frames {
      shares[shares.indices.max { step($0, shares[$0]) < step($1, shares[$1]) }!] += 1
    }
    while shares.reduce(0, +) > frames {
      let many = shares.indices.filter { shares[$0] > 1 }
      shares[many.min { step($0, shares[$0] - 1) < step($1, shares[$1] - 1) }!] -= 1
    }
    return shares
  }
}
