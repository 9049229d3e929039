internal import Diffusion
internal import Video
internal import Walk

extension Script {
  /// The script written out in full, in one way only: reading it gives the same film.
  ///
  /// Times are frames, so scripts that say the same in other units, or leave to defaults what others say, agree.
  package var canonical: String {
    var lines = ["model: \(quoted(model))"]
    if let size { lines.append("size: \(size)") }
    lines += ["fps: \(timeline.rate)", "steps: \(steps)"]
    if let scheduler { lines.append("scheduler: \(scheduler.rawValue)") }
    lines += ["prompt-mix: \(promptMix.rawValue)", "noise-mix: \(noiseMix.rawValue)"]
    lines += ["path: \(timeline.path.rawValue)", "loop: \(timeline.loop.rawValue)"]
    if let frames = timeline.closingFrames { lines.append("close: \(frames)f") }
    lines += method.canonical + ["keyframes:"]
    for (index, keyframe) in timeline.keyframes.enumerated() {
      let frame = timeline.frames[index]
      lines += [
        "  - prompt: \(quoted(keyframe.prompt))",
        "    negative: \(quoted(keyframe.negative))",
        "    seed: \(keyframe.seed)",
      ]
      if let picture = keyframe.picture {
        lines += ["    image: \(quoted(picture.path))", "    strength: \(keyframe.strength)"]
      }
      lines += [
        "    guidance: \(keyframe.guidance)",
        "    at: \(frame)f",
        "    hold: \(timeline.holdEnds[index] - frame)f",
      ]
      if index > 0 || timeline.loop == .closed { lines.append("    easing: \(keyframe.easing.rawValue)") }
    }
    lines.append("output:")
    if let file = output.file { lines.append("  file: \(quoted(file))") }
    if let codec = output.codec { lines.append("  codec: \(codec.rawValue)") }
    if let crf = output.crf { lines.append("  crf: \(crf)") }
    lines.append("  scale: \(output.scale)")
    return lines.joined(separator: "\n") + "\n"
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
