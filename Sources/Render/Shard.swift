/// One of several equal shares of a film's frames, each rendered by a process of its own.
///
/// Frames that show the same picture count once. A share is a run of neighbours, which have most work in common.
package struct Shard: Sendable, Equatable {
  /// From 1 to `count`.
  package let number: Int
  package let count: Int

  /// More shares than anyone has processes.
  package static let most = 1_000_000

  /// Nil where there is no such share.
  package init?(_ number: Int, of count: Int) {
    guard (1...Self.most).contains(count), (1...count).contains(number) else { return nil }
    self.number = number
    self.count = count
  }

  /// Its own of a film's pictures.
  func frames(of pictures: [Int]) -> [Int] {
    Array(pictures[pictures.count * (number - 1) / count..<pictures.count * number / count])
  }
}

extension Shard: CustomStringConvertible {
  package var description: String { "\(number)/\(count)" }
}

extension FrameSource {
  /// The frames that no frame before them shows, in the film's order.
  var pictures: [Int] { (0..<count).filter { firstFrame(showing: $0) == $0 } }
}
