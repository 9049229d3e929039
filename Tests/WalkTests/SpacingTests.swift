import Foundation
import Pixels
import Testing
import Walk

/// Frames spaced by how much the picture changes.
@Suite struct SpacingTests {
  /// A disc that stays long at each keyframe's place and leaps in between, at another speed on every way.
  private static func picture(_ state: WalkState) -> Image {
    let places = [(12.0, 20.0), (50, 14), (44, 46), (20, 50)]
    let bend = Double(2 + 2 * state.from)
    let (there, left) = (pow(state.progress, bend), pow(1 - state.progress, bend))
    let t = there / (there + left)
    let (a, b) = (places[state.from], places[state.to])
    let (x, y) = (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
    var image = Image(width: 64, height: 64, filledWith: .black)
    for row in 0..<64 {
      for column in 0..<64 {
        let distance = hypot(Double(column) - x, Double(row) - y)
        let light = UInt8(255 / (1 + exp(distance - 9)))
        image[column, row] = Colour(light, light, UInt8(4 * row / 2))
      }
    }
    return image
  }

  private static func survey(_ timeline: Timeline) throws -> Survey {
    try Survey(of: timeline) { $0.map(picture) }
  }

  /// The differences of neighbours where the picture moves, those across the seam of a closed loop included.
  private static func steps(_ timeline: Timeline) -> [Double] {
    let looks = (0..<timeline.count).map { Appearance(picture(timeline.state(at: $0))) }
    let next = timeline.loop == .none ? Array(looks.dropFirst()) : looks.dropFirst() + [looks[0]]
    return zip(looks, next).map { $0.dissimilarity(to: $1) }.filter { $0 > PathMeasure.standing }
  }

  @Test(arguments: Loop.allCases) func neighboursDifferByTheSame(loop: Loop) throws {
    let byTime = try timeline(loop: loop)
    let even = try timeline(loop: loop, spacing: .even)
    let placed = try even.placed(by: Self.survey(even))
    let (before, after) = (Spread(Self.steps(byTime)), Spread(Self.steps(placed)))
    #expect(after.variation < before.variation / 3)
    #expect(after.variation < 0.2, "\(after.variation) of \(before.variation)")
  }

  @Test(arguments: Loop.allCases) func onEachWayAloneWhileKeyframesStay(loop: Loop) throws {
    let even = try timeline(loop: loop, spacing: .evenBetween)
    let placed = try even.placed(by: Self.survey(even))
    #expect(placed.frames == even.frames && placed.holdEnds == even.holdEnds)
    for (index, begin) in even.holdEnds.enumerated() {
      let end = index + 1 < even.frames.count ? even.frames[index + 1] : loop == .closed ? even.count : begin
      let looks = (begin...end).map { Appearance(Self.picture(placed.state(at: $0 % placed.count))) }
      #expect(Spread(zip(looks, looks.dropFirst()).map { $0.dissimilarity(to: $1) }).variation < 0.2)
    }
  }

  @Test(arguments: Loop.allCases, [Spacing.even, .evenBetween])
  func lengthHoldsAndKeyframesStay(loop: Loop, spacing: Spacing) throws {
    let before = try timeline(loop: loop, spacing: spacing)
    let after = try before.placed(by: Self.survey(before))
    #expect(after.count == before.count)
    #expect(zip(after.holdEnds, after.frames).map(-) == zip(before.holdEnds, before.frames).map(-))
    for (index, frame) in after.frames.enumerated() { #expect(after.state(at: frame).weights == [Weight(index, 1)]) }
    let end = loop == .pingpong ? after.holdEnds.last! : after.count
    let places = (0..<end).map { Double(after.state(at: $0).from) + after.state(at: $0).progress }
    #expect(zip(places, places.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(after.pictures == before.pictures)
  }

  @Test func byTheClockNothingMoves() throws {
    let timeline = try timeline(loop: .none)
    #expect(try timeline.placed(by: Self.survey(timeline)) == timeline)
  }

  @Test func anEasingHasNoSayInEvenFrames() throws {
    func even(_ easing: Easing) throws -> Timeline {
      try Timeline(keys([0, 40, 60], easing: easing), rate: FrameRate(30), path: .smooth, spacing: .even)
    }
    let (plain, eased) = (try even(.linear), try even(.easeIn))
    for frame in 0..<61 { #expect(plain.state(at: frame) == eased.state(at: frame)) }
  }

  @Test func aSurveyIsAlwaysTheSameAndSurvivesBeingKept() throws {
    let timeline = try timeline(loop: .closed, spacing: .even)
    let survey = try Self.survey(timeline)
    #expect(try survey == Self.survey(timeline))
    #expect(try JSONDecoder().decode(Survey.self, from: JSONEncoder().encode(survey)) == survey)
    for leg in survey.legs {
      #expect(leg.positions.first == 0 && leg.positions.last == 1)
      #expect(zip(leg.positions, leg.positions.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  private struct Leg: Codable {
    var positions, distances: [Double]
  }

  /// A survey that comes from a file may be of another walk, or of none.
  @Test func aSurveyThatIsNoneOfTheWalkIsNoticed() throws {
    let timeline = try timeline(loop: .closed, spacing: .even)
    let survey = try Self.survey(timeline)
    let json = try JSONEncoder().encode(survey)
    #expect(survey.fits(timeline) && json.count < Survey.longestJSON(of: timeline))
    #expect(try !survey.fits(SpacingTests.other))
    func fits(_ change: (inout [Leg]) -> Void) throws -> Bool {
      var legs = try #require(JSONDecoder().decode([String: [Leg]].self, from: json)["legs"])
      change(&legs)
      return try JSONDecoder().decode(Survey.self, from: JSONEncoder().encode(["legs": legs])).fits(timeline)
    }
    #expect(try fits { _ in })
    let changes: [(inout [Leg]) -> Void] = [
      { $0.removeLast() }, { $0.append($0[0]) }, { $0 = [] }, { $0[1] = Leg(positions: [], distances: []) },
      { $0[1] = Leg(positions: [0], distances: [0]) }, { $0[0].positions.removeLast() },
      { $0[0].positions[0] = -1 }, { $0[0].positions[0] = 0.001 }, { $0[0].positions.swapAt(3, 4) },
      { $0[0].positions[4] = $0[0].positions[3] }, { $0[0].positions[$0[0].positions.count - 1] = 2 },
      { $0[0].distances[0] = 1 }, { $0[0].distances[3] = -1 }, { $0[0].distances[3] = 1e300 },
      { legs in
        let many = (0...5000).map { Double($0) / 5000 }
        legs[0] = Leg(positions: many, distances: many)
      },
    ]
    for (number, change) in changes.enumerated() { #expect(try !fits(change), "change \(number)") }
  }

  private static var other: Timeline {
    get throws { try Timeline(keys([0, 30, 70]), rate: FrameRate(30), loop: .closed, spacing: .even) }
  }

  @Test func itLooksWhereThePictureChangesMost() throws {
    let timeline = try timeline(loop: .none, spacing: .even)
    var looks = 0
    let survey = try Survey(of: timeline) { states in
      looks += states.count
      #expect(states.count <= Survey.atOnce)
      return states.map(Self.picture)
    }
    #expect(looks == Survey.pictures(of: timeline))
    for leg in survey.legs {
      let gaps = zip(leg.distances.dropFirst(), leg.distances).map(-)
      #expect(gaps.max()! < 3 * leg.length / Double(gaps.count))
    }
  }

  /// Pictures that can be seen again need not be remembered.
  @Test(arguments: Loop.allCases) func recalledPicturesGiveTheSame(loop: Loop) throws {
    let timeline = try timeline(loop: loop, spacing: .even)
    var made: [Image] = []
    let survey = try Survey(of: timeline, recall: { made.indices.contains($0) ? made[$0] : nil }) { states in
      made += states.map(Self.picture)
      return Array(made.suffix(states.count))
    }
    #expect(try survey == Self.survey(timeline))
  }

  /// Somebody may tidy up in the job's folder while the survey runs.
  @Test func aPictureThatIsGoneIsAFault() throws {
    let timeline = try timeline(loop: .none, spacing: .even)
    var (made, asked): ([Image], Int) = ([], 0)
    #expect(throws: PictureError.self) {
      try Survey(
        of: timeline,
        recall: { number in
          asked += 1
          return asked < 20 && made.indices.contains(number) ? made[number] : nil
        }
      ) { states in
        let images = states.map(Self.picture)
        made += images
        return images
      }
    }
  }

  @Test func keyframesOfOnePictureAreAWayToo() throws {
    let timeline = try timeline(loop: .none, spacing: .even)
    let still = try Survey(of: timeline) { $0.map { _ in Image(width: 64, height: 64, filledWith: .black) } }
    let placed = timeline.placed(by: still)
    #expect(placed.count == timeline.count)
    #expect((0..<placed.count).allSatisfy { placed.state(at: $0).progress.isFinite })
  }
}

private func keys(_ frames: [Int], hold: Int = 0, easing: Easing = .linear) -> [Keyframe] {
  frames.enumerated().map {
    Keyframe(
      prompt: "\($0.offset)", seed: 1, guidance: 4, start: .at(.frames($0.element)),
      hold: .frames($0.offset == 1 ? hold : 0), easing: easing)
  }
}

private func timeline(loop: Loop, spacing: Spacing = .time) throws -> Timeline {
  try Timeline(keys([0, 30, 70, 90], hold: 5), rate: FrameRate(30), loop: loop, spacing: spacing)
}
