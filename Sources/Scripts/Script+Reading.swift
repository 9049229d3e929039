internal import Diffusion
package import Foundation
internal import Pixels
internal import Video
internal import Walk
internal import Yams

extension Script {
  /// Reads a script from a file; faults are reported under the path as given.
  package init(contentsOf url: URL, named name: String) throws(ScriptError) {
    self = try ScriptSource(contentsOf: url, named: name).script()
  }

  /// The keys of a script, of each of its keyframes, and of its output.
  package static let keys = [
    "model", "size", "fps", "bpm", "steps", "scheduler", "guidance-interval", "cache", "prompt-mix", "noise-mix",
    "path", "loop", "close", "spacing", "method", "blend", "attention", "prompt", "negative", "seed", "guidance",
    "easing", "keyframes", "output",
  ]
  package static let keyframeKeys = [
    "prompt", "negative", "seed", "image", "strength", "guidance", "at", "after", "hold", "easing",
  ]
  package static let outputKeys = ["file", "codec", "crf", "scale", "on-bad-frame", "sound", "sound-start"]

  /// Reads a script from its text.
  package init(yaml: String, named name: String) throws(ScriptError) {
    self = try ScriptSource(Data(yaml.utf8), named: name).script()
  }
}

extension ScriptSource {
  func script() throws(ScriptError) -> Script {
    try withTree { root throws(ScriptError) in
      let table = try Table(
        root, "a walk script", keys: Script.keys, file: file)
      let timeline = try timeline(table)
      let script = Script(
        model: try table.read("model", as: .name) ?? Script.Default.model,
        size: try table.read("size", as: .size),
        steps: try table.read("steps", as: .integer(1...1000)) ?? Script.Default.steps,
        scheduler: try table.read("scheduler", as: .choice),
        shortcuts: Shortcuts(
          guidanceInterval: try table.read("guidance-interval", as: .guidanceInterval),
          cache: try table.read("cache", as: .cache)),
        promptMix: try table.read("prompt-mix", as: .choice) ?? .lerp,
        noiseMix: try table.read("noise-mix", as: .choice),
        method: try method(table),
        timeline: timeline,
        output: try output(table, of: timeline))
      if let conflict = script.conflict {
        throw table.fault(at: conflict.key, found: conflict.found, expected: conflict.expected)
      }
      return script
    }
  }

  private func timeline(_ table: Table) throws(ScriptError) -> Timeline {
    guard let node = table["keyframes"]?.value else {
      throw table.fault(at: "keyframes", found: "no `keyframes`", expected: "a list of at least two keyframes")
    }
    guard case .sequence(let nodes) = node else {
      throw table.fault(
        at: "keyframes", found: "`keyframes`: \(node.shortly)", expected: "a list of keyframes, each behind `- `")
    }
    let defaults = try KeyframeDefaults(table, in: self)
    let rate = try table.read("fps", as: .rate) ?? Script.Default.rate
    let tempo = try table.read("bpm", as: .tempo)
    let path: Path = try table.read("path", as: .choice) ?? .linear
    let loop: Loop = try table.read("loop", as: .choice) ?? .none
    let closing = try table.read("close", as: .time)
    let spacing: Spacing = try table.read("spacing", as: .choice) ?? .time
    guard closing == nil || loop == .closed else {
      throw table.fault(
        at: "close", found: "`close` without `loop: closed`",
        expected: "it with a closed loop, whose way back from the last keyframe it times")
    }
    var (tables, keyframes): ([Table], [Keyframe]) = ([], [])
    for node in nodes {
      let keyframeTable = try Table(
        node, "keyframe \(tables.count + 1)", keys: Script.keyframeKeys, file: file)
      keyframes.append(try keyframe(keyframeTable, isFirst: tables.isEmpty, loop, defaults))
      tables.append(keyframeTable)
    }
    if spacing != .time, let bent = ([table] + tables).first(where: { $0["easing"] != nil }) {
      throw bent.fault(
        at: "easing", found: "`easing` beside `spacing: \(spacing.rawValue)`",
        expected: "one of the two, for frames that are spaced evenly follow no curve")
    }
    do {
      return try Timeline(
        keyframes, rate: rate, beatsPerMinute: tempo, path: path, loop: loop, closing: closing,
        spacing: spacing)
    } catch {
      throw ScriptError(file: file, place: place(of: error, table, tables) ?? node.place, text: "\(error)")
    }
  }

  private func place(of error: TimelineError, _ script: Table, _ tables: [Table]) -> ScriptError.Place? {
    guard let (index, part) = error.place else { return nil }
    let table = tables[index]
    switch part {
    case .start: return table.place(of: table["after"] == nil ? "at" : "after")
    case .hold: return table.place(of: "hold")
    case .guidance: return (table["guidance"] == nil ? script : table).place(of: "guidance")
    case .strength: return table.place(of: "strength")
    case .closing: return script.place(of: "close")
    }
  }

  private func keyframe(
    _ table: Table, isFirst: Bool, _ loop: Loop, _ defaults: KeyframeDefaults
  ) throws(ScriptError) -> Keyframe {
    guard let prompt = try prompt("prompt", table) ?? defaults.prompt else {
      throw table.fault(at: "prompt", found: "a keyframe without `prompt`", expected: "one, here or for all keyframes")
    }
    let picture = try picture(table)
    return Keyframe(
      prompt: prompt,
      negative: try self.prompt("negative", table) ?? defaults.negative,
      seed: try table.read("seed", as: .seed) ?? defaults.seed,
      picture: picture,
      strength: try quantity("strength", as: .number(0...1), table) ?? 1,
      guidance: try quantity("guidance", as: .guidance, table) ?? defaults.guidance,
      start: try start(table, isFirst: isFirst),
      hold: try table.read("hold", as: .time) ?? .zero,
      easing: try easing(table, hasWay: !isFirst || loop == .closed) ?? defaults.easing)
  }

  /// The picture that a keyframe shows; its file is sought beside the script.
  private func picture(_ table: Table) throws(ScriptError) -> KeyframePicture? {
    guard let path = try table.read("image", as: .name) else {
      guard table["strength"] == nil else {
        throw table.fault(
          at: "strength", found: "`strength` in a keyframe without `image`", expected: "both or neither")
      }
      return nil
    }
    do {
      return try KeyframePicture(at: path, in: folder)
    } catch {
      throw table.fault(
        at: "image", found: "`image`: \"\(path.clipped)\", of which \(error.reason)",
        expected: "a PNG, JPEG or PPM file, named from the script's folder")
    }
  }

  private func start(_ table: Table, isFirst: Bool) throws(ScriptError) -> Keyframe.Start {
    let (at, after) = (try table.read("at", as: .time), try table.read("after", as: .time))
    switch (at, after) {
    case (let at?, nil): return .at(at)
    case (nil, let after?) where !isFirst: return .after(after)
    case (nil, nil) where isFirst: return .at(.zero)
    case (nil, nil):
      throw table.fault(
        at: "at", found: "a keyframe without `at` or `after`", expected: "one of them, such as `after: 4s`")
    case (_, .some) where isFirst:
      throw table.fault(at: "after", found: "`after` in the first keyframe", expected: "it on the film's first frame")
    default:
      throw table.fault(at: "after", found: "both `at` and `after`", expected: "one of them")
    }
  }

  /// The curve of the way to a keyframe; none leads to the first, unless the loop is closed.
  private func easing(_ table: Table, hasWay: Bool) throws(ScriptError) -> Easing? {
    if !hasWay, table["easing"] != nil {
      throw table.fault(
        at: "easing", found: "`easing` in the first keyframe", expected: "it in the keyframe that a way leads to")
    }
    return try table.read("easing", as: .choice)
  }

  private func output(_ table: Table, of timeline: Timeline) throws(ScriptError) -> Script.Output {
    guard let node = table["output"]?.value else { return Script.Output() }
    let table = try Table(node, "output", keys: Script.outputKeys, file: file)
    let codec = try table.read("codec", as: .choice) ?? Script.Default.codec
    return Script.Output(
      file: try table.read("file", as: .film(codec)),
      codec: table["codec"] == nil ? nil : codec,
      crf: try table.read("crf", as: .quality(codec)),
      scale: try table.read("scale", as: .integer(1...64)) ?? 1,
      onBadFrame: try table.read("on-bad-frame", as: .choice) ?? .retry,
      sound: try sound(table, of: timeline))
  }

  /// The film's sound; its file is sought beside the script.
  private func sound(_ table: Table, of timeline: Timeline) throws(ScriptError) -> Script.Soundtrack? {
    let start = try table.read("sound-start", as: .time)
    guard let path = try table.read("sound", as: .name) else {
      guard start == nil else {
        throw table.fault(at: "sound-start", found: "`sound-start` without `sound`", expected: "both or neither")
      }
      return nil
    }
    let sound = Script.Soundtrack(path: path, folder: folder, start: start ?? .zero)
    guard sound.seconds(on: timeline) != nil else {
      throw table.fault(
        at: "sound-start", found: "`sound-start`: \(sound.start)", expected: Script.Soundtrack.expectedStart)
    }
    return sound
  }
}

/// What keyframes have where they say nothing themselves.
private struct KeyframeDefaults {
  let prompt: String?
  let negative: String
  let seed: UInt64
  let guidance: Quantity
  let easing: Easing

  init(_ table: Table, in source: ScriptSource) throws(ScriptError) {
    prompt = try source.prompt("prompt", table)
    negative = try source.prompt("negative", table) ?? ""
    seed = try table.read("seed", as: .seed) ?? Script.Default.seed
    guidance = try source.quantity("guidance", as: .guidance, table) ?? .constant(Script.Default.guidance)
    easing = try table.read("easing", as: .choice) ?? .linear
  }
}

extension PictureError {
  /// What is wrong, without the file's name.
  fileprivate var reason: String {
    switch self {
    case .cannotRead(_, let reason): "nothing can be read: \(reason)"
    case .malformed(_, let reason): "no picture can be read: \(reason)"
    default: "\(self)"
    }
  }
}
