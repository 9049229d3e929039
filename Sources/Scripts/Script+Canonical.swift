package import Diffusion
package import Tensors
internal import Pixels
internal import Video
internal import Walk

extension Script {
  /// The script written out in full, in one way only: reading it gives the same film.
  ///
  /// Times are frames, so scripts that say the same in other units, or leave to defaults what others say, agree.
  package var canonical: String {
    var lines = ["model: \(quoted(model))"]
    if let size { lines.append("size: \(size)") }
    lines.append("fps: \(timeline.rate)")
    let countsBeats = output.sound?.start.unit == .beats
    lines += tempo(isNeeded: countsBeats) + making { "    image: \(quoted($0.path))" } + ["output:"]
    if let file = output.file { lines.append("  file: \(quoted(file))") }
    if let codec = output.codec { lines.append("  codec: \(codec.rawValue)") }
    if let crf = output.crf { lines.append("  crf: \(crf)") }
    lines += ["  scale: \(output.scale)", "  on-bad-frame: \(output.onBadFrame.rawValue)"]
    if let sound = output.sound {
      lines += ["  sound: \(quoted(sound.path))", "  sound-start: \(sound.start)"]
    }
    return text(lines)
  }

  /// Bytes that differ where the pictures do, apart from the model's files: what finished frames are known by.
  ///
  /// `size` is that of the pictures, where the script leaves it to the model. How the film is written has no part in
  /// it, nor has the rate, where no formula reads the clock: keyframes stand on frames, and pictures count by their
  /// pixels, wherever their files lie.
  package func identity(size: Size, precision: Precision) -> [UInt8] {
    var lines = ["precision: \(precision.rawValue)", "size: \(size)"]
    if !timeline.namesInFormulas.isDisjoint(with: [.seconds, .beat]) { lines.append("fps: \(timeline.rate)") }
    lines += tempo() + making { "    image: \($0.image.width)x\($0.image.height)" }
    return Array(text(lines).utf8) + pictureBytes
  }

  /// The tempo where it is needed, or formulas count beats; times are frames by now.
  private func tempo(isNeeded: Bool = false) -> [String] {
    guard let tempo = timeline.beatsPerMinute, isNeeded || timeline.namesInFormulas.contains(.beat) else { return [] }
    return ["bpm: \(tempo)"]
  }

  /// How the pictures are made, as lines of a script; `image` writes the line of a keyframe's picture.
  private func making(image: (KeyframePicture) -> String) -> [String] {
    var lines = ["steps: \(steps)"]
    if let scheduler { lines.append("scheduler: \(scheduler.rawValue)") }
    if let interval = shortcuts.guidanceInterval { lines.append("guidance-interval: \(interval)") }
    if let cache = shortcuts.cache { lines.append("cache: \(cache)") }
    lines += ["prompt-mix: \(promptMix.rawValue)", "noise-mix: \(noiseMix.rawValue)"]
    lines += ["path: \(timeline.path.rawValue)", "loop: \(timeline.loop.rawValue)"]
    if let frames = timeline.closingFrames { lines.append("close: \(frames)f") }
    lines += ["spacing: \(timeline.spacing.rawValue)"] + method.canonical + ["keyframes:"]
    for (index, keyframe) in timeline.keyframes.enumerated() {
      let frame = timeline.frames[index]
      lines += [
        "  - prompt: \(quoted(keyframe.prompt))",
        "    negative: \(quoted(keyframe.negative))",
        "    seed: \(keyframe.seed)",
      ]
      if let picture = keyframe.picture { lines += [image(picture), "    strength: \(keyframe.strength.canonical)"] }
      lines += [
        "    guidance: \(keyframe.guidance.canonical)",
        "    at: \(frame)f",
        "    hold: \(timeline.holdEnds[index] - frame)f",
      ]
      if timeline.spacing == .time, index > 0 || timeline.loop == .closed {
        lines.append("    easing: \(keyframe.easing.rawValue)")
      }
    }
    return lines
  }

  private func text(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
}

extension Quantity {
  fileprivate var canonical: String {
    switch self {
    case .constant(let number): "\(number)"
    case .formula(let formula): quoted(formula.text)
    }
  }
}

/// Text in YAML's double quotes; what does not show is written as its number.
private func quoted(_ text: String) -> String {
  let escaped = text.unicodeScalars.map { scalar in
    switch scalar {
    case "\"": "\\\""
    case "\\": "\\\\"
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
        "\\U" + String(repeating: "0", count: 8 - hex(scalar).count) + hex(scalar)
      default: String(scalar)
      }
    }
  }
  return "\"" + escaped.joined() + "\""
}

private func hex(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16, uppercase: true) }
