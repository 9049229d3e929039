import Foundation
import Pixels

/// What `measure` says of a film, in words or as JSON. Frames are counted from 0.
struct MeasureReport: Encodable {
  let frames: Int
  /// The distance of each frame to the next.
  let distances: [Double]
  /// The way from frame to frame, and straight from the first to the last.
  let length: Double
  let direct: Double
  let largest: Gap
  let all: Figures
  /// Without the pauses.
  let moving: Figures
  let sharpness: [Double]
  let sharpnessOfEnds: OfEnds?

  struct Gap: Encodable {
    let distance: Double
    /// The frame before the gap.
    let after: Int
  }

  struct Figures: Encodable {
    let steps: Int
    let mean: Double
    let evenness: Double
    let variation: Double

    init(_ spread: Spread) {
      (steps, mean, evenness, variation) = (spread.count, spread.mean, spread.evenness, spread.variation)
    }
  }

  /// The frames' sharpness beside what their places between the ends promise.
  struct OfEnds: Encodable {
    let mean: Double
    let least: Double
    let leastFrame: Int

    init(_ ratios: [Double]) {
      mean = ratios.reduce(0, +) / Double(ratios.count)
      leastFrame = ratios.indices.min { ratios[$0] < ratios[$1] }!
      least = ratios[leastFrame]
    }
  }

  /// Of two pictures or more.
  init(_ measure: PathMeasure) {
    frames = measure.count
    distances = measure.distances
    length = measure.length
    direct = measure.direct
    largest = measure.largest.map { Gap(distance: $0.distance, after: $0.index) }!
    all = Figures(measure.spread)
    moving = Figures(measure.spreadWhileMoving)
    sharpness = measure.sharpness
    sharpnessOfEnds = measure.sharpnessOfEnds.map(OfEnds.init)
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  func text(named name: String) -> String {
    var lines = [
      "\(name): \(frames.grouped) frames",
      "distance   mean \(short(all.mean)), largest \(short(largest.distance)) between frames \(largest.after) and \(largest.after + 1)",
      "path       \(short(length)) from frame to frame, \(short(direct)) from end to end",
      "evenness   \(figures(all))",
    ]
    if moving.steps < all.steps, moving.steps > 0 {
      lines.append("           \(figures(moving)), without the pauses")
    }
    lines.append("sharpness  first \(short(sharpness[0])), last \(short(sharpness[frames - 1]))")
    if let ratio = sharpnessOfEnds {
      lines.append(
        "           beside its ends: mean \(short(ratio.mean)), least \(short(ratio.least)) at frame \(ratio.leastFrame)"
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func figures(_ figures: Figures) -> String {
    "\(short(figures.evenness)), variation \(short(figures.variation)), over \(figures.steps.grouped) steps"
  }

  private func short(_ value: Double) -> String { String(format: "%.3g", value) }
}
