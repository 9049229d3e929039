package import Pixels

/// How far the picture changes along each leg of a walk: what even spacing goes by.
///
/// It is found by looking at pictures of a leg, one more each time in the middle of the largest gap: where two
/// neighbours differ most. The order is always the same, whatever the machine, so a walk has one survey.
public struct Survey: Sendable, Hashable, Codable {
  package let legs: [Profile]

  /// How far the picture has come at some positions of a leg.
  package struct Profile: Sendable, Hashable, Codable {
    /// Rising, from 0 to 1.
    package let positions: [Double]
    /// The sum of the differences up to each position, from 0.
    package let distances: [Double]

    package var length: Double { distances[distances.count - 1] }
  }

  /// How many pictures a survey looks at: about as many as there are frames on the ways.
  package static func pictures(of timeline: Timeline) -> Int {
    timeline.legs.reduce(1) { $0 + looks(at: $1) } + (timeline.loop == .closed ? -1 : 0)
  }

  /// In how many parts a leg is looked at.
  static func looks(at leg: Leg) -> Int { max(leg.length, fewest) }

  /// A leg is looked at in so many parts at least.
  private static let fewest = 16
  /// The first so many parts are equal.
  private static let equal = 8
  /// So many gaps are halved at a time, so that their pictures can be made together.
  package static let atOnce = 8
  /// Gaps narrower than this stay: a picture that jumps here would jump anywhere.
  private static let narrowest = 0x1p-24

  /// Whether it can be a survey of that walk: one profile a way, of no more pictures than are looked at, in order.
  ///
  /// One that is read from a file may be anything.
  package func fits(_ timeline: Timeline) -> Bool {
    legs.count == timeline.legs.count
      && zip(legs, timeline.legs).allSatisfy { profile, leg in
        profile.isSound && profile.positions.count <= Self.looks(at: leg) + 1
      }
  }

  /// More bytes than a survey of that walk takes as JSON: two numbers for each picture, of 26 characters at most.
  package static func longestJSON(of timeline: Timeline) -> Int {
    64 * (pictures(of: timeline) + timeline.legs.count + 2)
  }

  /// `paint` makes the pictures of some states, in their order; they have one size.
  ///
  /// `recall` gives back a picture that was made, by its number from 0 on; where it cannot, how the picture looked stays
  /// in memory.
  package init(
    of timeline: Timeline, recall: (Int) -> Image? = { _ in nil }, paint: ([WalkState]) throws -> [Image]
  ) throws {
    var (looks, count): ([Int: Appearance], Int) = ([:], 0)
    func look(_ number: Int) throws -> Appearance {
      if let look = looks[number] { return look }
      guard let image = recall(number) else {
        throw PictureError.cannotRead(
          path: "picture \(number) of the survey", reason: "it was there, and is gone; run the same command again")
      }
      return Appearance(image)
    }
    /// Numbers of new pictures, with how they look.
    func see(_ states: [WalkState]) throws -> [Seen] {
      try paint(states).map { image in
        defer { count += 1 }
        let look = Appearance(image)
        if recall(count) == nil { looks[count] = look }
        return Seen(number: count, look: look)
      }
    }
    var known: [Int: Int] = [:]
    /// A keyframe's picture, which two legs share.
    func see(keyframe index: Int) throws -> Seen {
      if let number = known[index] { return Seen(number: number, look: try look(number)) }
      let seen = try see([timeline.state(at: timeline.frames[index])])[0]
      known[index] = seen.number
      return seen
    }
    var profiles: [Profile] = []
    for (index, leg) in timeline.legs.enumerated() {
      let ends = (try see(keyframe: leg.from), try see(keyframe: leg.to))
      // How the pictures of earlier legs looked is needed no more, but where a closed loop leads back to the first.
      let needed = Set(known.values)
      looks = looks.filter { needed.contains($0.key) }
      if leg.from > 0 { known[leg.from] = nil }
      var gaps = [Gap(from: 0, to: 1, ends.0, ends.1)]
      func halve(_ places: [Int]) throws {
        let middles = places.map { (gaps[$0].from + gaps[$0].to) / 2 }
        let seen = try see(middles.map { timeline.state(leg: index, at: $0) })
        for (place, (middle, seen)) in zip(places, zip(middles, seen)).sorted(by: { $0.0 > $1.0 }) {
          let ends = gaps[place].ends
          let (a, b) = (Seen(number: ends.0, look: try look(ends.0)), Seen(number: ends.1, look: try look(ends.1)))
          gaps.replaceSubrange(place...place, with: gaps[place].halves(a, at: middle, seen, b))
        }
      }
      while gaps.count < Self.equal { try halve(Array(gaps.indices)) }
      while gaps.count < Self.looks(at: leg) {
        let open = gaps.indices.filter { gaps[$0].to - gaps[$0].from > Self.narrowest }
        let largest = open.sorted { (gaps[$0].difference, $1) > (gaps[$1].difference, $0) }
        guard let first = largest.first else { break }
        // Halves of the largest gap may be as large as these.
        let large = largest.prefix { gaps[$0].difference >= gaps[first].difference / 2 }
        try halve(Array(large.prefix(min(Self.atOnce, Self.looks(at: leg) - gaps.count))))
      }
      profiles.append(Profile(gaps))
    }
    legs = profiles
  }

  /// A part of a leg between two pictures.
  fileprivate struct Gap {
    let from: Double
    let to: Double
    /// The pictures' numbers.
    let ends: (Int, Int)
    let difference: Double

    init(from: Double, to: Double, _ a: Seen, _ b: Seen) {
      (self.from, self.to, ends) = (from, to, (a.number, b.number))
      difference = a.look.dissimilarity(to: b.look)
    }

    func halves(_ a: Seen, at middle: Double, _ seen: Seen, _ b: Seen) -> [Gap] {
      [Gap(from: from, to: middle, a, seen), Gap(from: middle, to: to, seen, b)]
    }
  }

  /// A picture by its number, and how it looks.
  fileprivate struct Seen {
    let number: Int
    let look: Appearance
  }
}

extension Survey.Profile {
  fileprivate init(_ gaps: [Survey.Gap]) {
    positions = [0] + gaps.map(\.to)
    distances = gaps.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.difference) }
  }
}

extension Survey.Profile {
  /// Whether positions rise from 0 to 1, and distances from 0 without a fall to a number.
  fileprivate var isSound: Bool {
    guard positions.count == distances.count, positions.count >= 2, positions.first == 0, positions.last == 1,
      distances.first == 0, length.isFinite
    else { return false }
    return zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }
      && zip(distances, distances.dropFirst()).allSatisfy { $0 <= $1 }
  }
}
