import Foundation
import Pixels
import TestSupport
import Testing

/// The measure against what one sees, on a walk from car to tiger.
struct DissimilarityTests {
  static let walk = Image.carToTiger
  static let car = walk[0]
  static let tiger = walk[7]

  @Test func theSamePictureIsAtZero() {
    for image in [Self.car, .pattern(width: 40, height: 30), Image(width: 64, height: 64, filledWith: .white)] {
      #expect(dissimilarity(image, image) == 0)
    }
  }

  @Test func itIsAMetric() {
    let images =
      Self.walk + [
        Self.car.swappingRedAndBlue, Self.car.faded(to: Self.tiger, by: 0.5), .pattern(width: 128, height: 128),
      ]
    let looks = images.map(Appearance.init)
    let distances = looks.map { a in looks.map { a.dissimilarity(to: $0) } }
    for i in images.indices {
      for j in images.indices {
        #expect(distances[i][j] == distances[j][i])
        #expect((distances[i][j] == 0) == (i == j))
        for k in images.indices { #expect(distances[i][k] <= distances[i][j] + distances[j][k] + 1e-6) }
      }
    }
  }

  /// From what one hardly sees to what one cannot miss.
  @Test func itGrowsWithWhatOneSees() throws {
    let changes = [
      Self.car,
      Self.car.faded(to: Self.tiger, by: 0.01),
      try Self.car.scaled(width: 96, height: 96).scaled(width: 128, height: 128),
      try Self.car.scaled(width: 32, height: 32).scaled(width: 128, height: 128),
      Self.car.swappingRedAndBlue,
      Self.tiger,
      Image(width: 128, height: 128, pixels: Self.car.pixels.map { 255 - $0 }),
    ]
    let distances = changes.map { dissimilarity(Self.car, $0) }
    for (less, more) in zip(distances, distances.dropFirst()) { #expect(less < 0.95 * more, "\(distances)") }
  }

  /// Each frame is nearer to its neighbour than to those beyond.
  @Test func aWalkLeadsAway() {
    for a in 0..<7 {
      let distances = (a + 1..<8).map { dissimilarity(Self.walk[a], Self.walk[$0]) }
      #expect(distances.first == distances.min(), "\(distances)")
    }
  }

  @Test(arguments: [(Colour(200, 30, 30), Colour(30, 30, 200)), (.black, .white), (Colour(0, 128, 0), .white)])
  func coloursCount(a: Colour, b: Colour) {
    let (first, second) = (
      Image(width: 64, height: 48, filledWith: a), Image(width: 64, height: 48, filledWith: b)
    )
    #expect(dissimilarity(first, second) > 0.5)
  }

  /// Even spacing inverts the sum of distances: while changes are small, twice the change is twice the distance.
  @Test func smallChangesAddUp() {
    func distance(_ t: Double) -> Double { dissimilarity(Self.car, Self.car.faded(to: Self.tiger, by: t)) }
    for t in [0.02, 0.04, 0.08] {
      let ratio = distance(2 * t) / distance(t)
      #expect((1.75...2.05).contains(ratio), "\(ratio) at \(t)")
    }
  }

  /// The sum of distances hardly depends on how finely a way is sampled.
  @Test func aWayIsAsLongInSmallSteps() {
    func length(_ steps: Int) -> Double {
      let looks = (0...steps).map { Appearance(Self.car.faded(to: Self.tiger, by: Double($0) / Double(steps))) }
      return zip(looks, looks.dropFirst()).reduce(0) { $0 + $1.0.dissimilarity(to: $1.1) }
    }
    let (coarse, fine) = (length(6), length(24))
    #expect(fine >= coarse - 1e-6)
    #expect(fine < 1.2 * coarse, "\(fine) and \(coarse)")
  }

  @Test(arguments: [64, 256, 512]) func largerPicturesLookTheSame(side: Int) throws {
    let expected = dissimilarity(Self.car, Self.tiger)
    let scaled = try [Self.car, Self.tiger].map { try $0.scaled(width: side, height: side) }
    #expect(abs(dissimilarity(scaled[0], scaled[1]) / expected - 1) < 0.1)
  }

  @Test(arguments: [(1, 1), (3, 200), (17, 5), (16, 16), (333, 129)]) func anySizeWorks(width: Int, height: Int) {
    let images = [1, 2].map { Image.pattern(width: width, height: height, seed: $0) }
    let distance = dissimilarity(images[0], images[1])
    #expect(distance > 0 && distance < 1.3)
  }
}

extension Image {
  fileprivate var swappingRedAndBlue: Image {
    var image = self
    for i in stride(from: 0, to: pixels.count, by: 3) { image.pixels.swapAt(i, i + 2) }
    return image
  }
}
