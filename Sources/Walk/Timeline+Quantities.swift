extension Timeline {
  /// What guidance may be.
  public static let guidances = 0.0...100.0
  /// What a picture's strength may be.
  public static let strengths = 0.0...1.0

  /// Throws where a keyframe's number is none, or beyond what it may be, on a frame that the keyframe has a part in.
  func checkQuantities() throws(TimelineError) {
    for (index, keyframe) in keyframes.enumerated() {
      for (quantity, part, range) in [
        (keyframe.guidance, TimelineError.Part.guidance, Self.guidances),
        (keyframe.strength, .strength, Self.strengths),
      ] {
        if quantity.countsBeats, beatsPerMinute == nil { throw .formulaWithoutTempo(index, part, quantity) }
        switch quantity {
        case .constant(let value):
          guard range.contains(value) else { throw .quantity(index, part, quantity, value, frame: nil) }
        case .formula:
          for frame in 0..<count {
            guard state(at: frame).weights.contains(where: { $0.keyframe == index }) else { continue }
            let value = quantity(at: time(at: frame))
            guard range.contains(value) else { throw .quantity(index, part, quantity, value, frame: frame) }
          }
        }
      }
    }
  }
}
