internal import Diffusion
package import Walk
internal import Yams

extension Method {
  /// The method with the options of a mapping; those that it does not name stay as they are.
  func reading(_ node: Node, file: String) throws(ScriptError) -> Method {
    switch self {
    case .walk:
      throw ScriptError(file: file, place: node.place, found: "options of the plain walk", expected: "none")
    case .blend(let blend): return .blend(try blend.reading(node, file: file))
    case .attention(let attention): return .attention(try attention.reading(node, file: file))
    }
  }

  /// The method and its options as lines of a script.
  var canonical: [String] {
    switch self {
    case .walk: []
    case .blend(let blend): ["method: \(name.rawValue)", "\(name.rawValue): \(blend.canonical)"]
    case .attention(let attention): ["method: \(name.rawValue)", "\(name.rawValue): \(attention.canonical)"]
    }
  }
}

extension Blend {
  package static let keys = ["depth", "branches", "frame-depth", "crossfeed", "first-crossfeed", "between"]

  fileprivate func reading(_ node: Node, file: String) throws(ScriptError) -> Blend {
    let table = try Table(node, "blend", keys: Blend.keys, file: file)
    var blend = self
    if let depth = try table.read("depth", as: .share) { blend.depth = depth }
    if let branches = try table.read("branches", as: .integer(0...100)) { blend.branches = branches }
    if let depth = try table.read("frame-depth", as: .share) { blend.frameDepth = depth }
    if let between = try table.read("between", as: Kind<Between>.choice) { blend.between = between }
    if let node = table["crossfeed"]?.value {
      blend.crossfeed = try blend.crossfeed.reading(node, "crossfeed", file: file)
    }
    if let node = table["first-crossfeed"]?.value {
      blend.firstCrossfeed = try blend.firstCrossfeed.reading(node, "first-crossfeed", file: file)
    }
    guard blend.frameDepth >= blend.depth else {
      throw table.fault(
        at: table["frame-depth"] == nil ? "depth" : "frame-depth",
        found: "depth \(blend.depth) and frame-depth \(blend.frameDepth)",
        expected: "a frame-depth of at least the depth, for frames leave the branches later than those the keyframes")
    }
    return blend
  }

  fileprivate var canonical: String {
    "{depth: \(depth), branches: \(branches), frame-depth: \(frameDepth), crossfeed: \(crossfeed.canonical), "
      + "first-crossfeed: \(firstCrossfeed.canonical), between: \(between.rawValue)}"
  }
}

extension AttentionInterpolation {
  package static let keys = ["variant", "warm-up", "alpha", "beta"]

  fileprivate func reading(_ node: Node, file: String) throws(ScriptError) -> AttentionInterpolation {
    let table = try Table(node, "attention", keys: AttentionInterpolation.keys, file: file)
    var attention = self
    if let variant = try table.read("variant", as: Kind<AttentionVariant>.choice) { attention.variant = variant }
    if let warmUp = try table.read("warm-up", as: .share) { attention.warmUp = warmUp }
    if let alpha = try table.read("alpha", as: .betaParameter) { attention.alpha = alpha }
    if let beta = try table.read("beta", as: .betaParameter) { attention.beta = beta }
    return attention
  }

  fileprivate var canonical: String {
    "{variant: \(variant.rawValue), warm-up: \(warmUp), alpha: \(alpha), beta: \(beta)}"
  }
}

extension Crossfeed {
  package static let keys = ["power", "range", "decay"]

  fileprivate func reading(_ node: Node, _ name: String, file: String) throws(ScriptError) -> Crossfeed {
    let table = try Table(node, name, keys: Crossfeed.keys, file: file)
    var crossfeed = self
    if let power = try table.read("power", as: .share) { crossfeed.power = power }
    if let range = try table.read("range", as: .share) { crossfeed.range = range }
    if let decay = try table.read("decay", as: .share) { crossfeed.decay = decay }
    return crossfeed
  }

  fileprivate var canonical: String { "{power: \(power), range: \(range), decay: \(decay)}" }
}

extension Kind where Value == Double {
  /// A part of a whole.
  fileprivate static var share: Kind { .number(0...1) }

  /// Below 1 a Beta distribution has its weight at the ends, above 1 in the middle.
  fileprivate static var betaParameter: Kind { .number(1...1000) }
}
