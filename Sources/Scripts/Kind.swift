internal import Diffusion
internal import Video
internal import Walk
internal import Yams

/// A kind of value that a key can have: what is expected, and how it is read from one scalar.
struct Kind<Value> {
  let expected: String
  /// nil where the scalar is nothing of the kind.
  let read: (_ scalar: Node.Scalar, _ isText: Bool) -> Value?
}

extension Kind where Value == String {
  static var text: Kind {
    Kind(expected: "text; numbers, yes and no are text in quotes") { scalar, isText in isText ? scalar.string : nil }
  }

  /// Text that cannot be empty.
  static var name: Kind {
    Kind(expected: "a name") { scalar, isText in isText && !scalar.string.isEmpty ? scalar.string : nil }
  }
}

extension Kind where Value == Int {
  static func integer(_ range: ClosedRange<Int>) -> Kind {
    Kind(expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") { scalar, isText in
      isText ? nil : wholeNumber(scalar.string).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension Kind where Value == String {
  /// A film's name, whose ending says what holds the codec.
  static func film(_ codec: FilmCodec) -> Kind {
    let endings = codec.containers.map { ".\($0.rawValue)" }
    return Kind(expected: "a file's name for \(codec), which ends in \(endings.joined(separator: ", "))") {
      scalar, isText in
      isText && endings.contains { scalar.string.lowercased().hasSuffix($0) } ? scalar.string : nil
    }
  }
}

extension Kind where Value == Int {
  static func quality(_ codec: FilmCodec) -> Kind {
    guard let range = codec.qualityRange else {
      return Kind(expected: "none, for \(codec) is lossless") { _, _ in nil }
    }
    return .integer(range)
  }
}

extension Kind where Value == UInt64 {
  static var seed: Kind {
    Kind(expected: "a whole number from 0 to \(UInt64.max)") { scalar, isText in
      isText ? nil : wholeNumber(scalar.string)
    }
  }
}

extension Kind where Value == Double {
  static var guidance: Kind { number(0...100) }

  static func number(_ range: ClosedRange<Double>) -> Kind {
    Kind(expected: "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))") { scalar, _ in
      guard scalar.style == .plain || scalar.style == .any,
        scalar.string.wholeMatch(of: #/-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/#) != nil,
        let value = Double(scalar.string), range.contains(value)
      else { return nil }
      return value
    }
  }
}

extension Kind where Value == Rational {
  static var tempo: Kind {
    Kind(expected: Rational.expectedTempo) { scalar, isText in isText ? nil : Rational(tempo: scalar.string) }
  }
}

extension Kind where Value == Time {
  static var time: Kind { Kind(expected: Time.expected) { scalar, _ in Time(scalar.string) } }
}

extension Kind where Value == FrameRate {
  static var rate: Kind { Kind(expected: FrameRate.expected) { scalar, _ in FrameRate(scalar.string) } }
}

extension Kind where Value == Size {
  static var size: Kind {
    Kind(expected: "width and height in pixels, such as 512x512") { scalar, _ in Size(scalar.string) }
  }
}

extension Kind where Value == GuidanceInterval {
  static var guidanceInterval: Kind {
    Kind(expected: GuidanceInterval.expected) { scalar, _ in GuidanceInterval(scalar.string) }
  }
}

extension Kind where Value == FeatureCache {
  static var cache: Kind { Kind(expected: FeatureCache.expected) { scalar, _ in FeatureCache(scalar.string) } }
}

extension Kind where Value: RawRepresentable<String> & CaseIterable {
  static var choice: Kind {
    Kind(expected: oneOf(Value.allCases.map(\.rawValue))) { scalar, _ in Value(rawValue: scalar.string) }
  }
}

/// Digits without sign, and without the leading zero that some readers take for octal.
private func wholeNumber<Number: FixedWidthInteger>(_ text: String) -> Number? {
  guard text.utf8.allSatisfy({ (48...57).contains($0) }), text == "0" || text.first != "0" else { return nil }
  return Number(text)
}

private func oneOf(_ names: [String]) -> String {
  names.count == 1 ? names[0] : "one of " + names.joined(separator: ", ")
}
