extension Timeline {
  /// What guidance may be.
  public static let guidances = 0.0...100.0
  /// What a picture's strength may be.
  public static let strengths = 0.0...1.0

  /// The names of the time that the keyframes' numbers depend on.
  package var namesInFormulas: Set<Formula.Name> {
    keyframes.reduce(into: []) { $0.formUnion($1.guidance.names.union($1.strength.names)) }
  }

  /// Throws where a keyframe's number is none, or beyond what it may be, on a frame that the keyframe has a part in.
  func checkQuantities() throws(TimelineError) {
    for index in keyframes.indices {
      for (part, quantity, range) in quantities(of: index) {
        if quantity.countsBeats, beatsPerMinute == nil { throw .formulaWithoutTempo(index, part, quantity) }
        guard case .constant(let value) = quantity else { continue }
        guard range.contains(value) else { throw .quantity(index, part, quantity, value, frame: nil) }
      }
    }
    let moving = keyframes.map { !$0.guidance.names.isEmpty || !$0.strength.names.isEmpty }
    guard moving.contains(true) else { return }
    for frame in 0..<count {
      let time = time(at: frame)
      for weight in state(at: frame).weights where moving[weight.keyframe] {
        for (part, quantity, range) in quantities(of: weight.keyframe) {
          let value = quantity(at: time)
          guard range.contains(value) else { throw .quantity(weight.keyframe, part, quantity, value, frame: frame) }
        }
      }
    }
  }

  private func quantities(of keyframe: Int) -> [(TimelineError.Part, Quantity, ClosedRange<Double>)] {
    [
      (.guidance, keyframes[keyframe].guidance, Self.guidances),
      (.strength, keyframes[keyframe].strength, Self.strengths),
    ]
  }
}
