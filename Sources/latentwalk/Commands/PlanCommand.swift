import ArgumentParser
import Diffusion
import Foundation
import Scripts
import Tensors
import Walk

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Says what a script renders, frame by frame, without rendering it.",
    discussion: """
      Example: latentwalk plan car-to-tiger
      """)

  @Argument(help: ArgumentHelp("A script's file, or a shipped script's name.", valueName: "script"))
  var name: String

  @OptionGroup var presets: PresetsOption

  func run() throws {
    var text = ""
    do {
      try tell(of: try presets.script(name)) { text += $0 + "\n" }
    } catch {
      // What is known already is told before the fault.
      try TextOutput.standard.write(text)
      throw error
    }
    try TextOutput.standard.write(text)
  }

  private func tell(of script: Script, to say: (String) -> Void) throws {
    let timeline = script.timeline
    say("\(name): \(timeline.lengths)\n")
    say("frame     seconds   seed        guidance  way       prompt")
    for (index, keyframe) in timeline.keyframes.enumerated() {
      let (frame, holdEnd) = (timeline.frames[index], timeline.holdEnds[index])
      let columns: [(String, Int)] = [
        ("\(frame)", 8), (seconds(frame, timeline.rate), 8), ("\(keyframe.seed)", 10), ("\(keyframe.guidance)", 8),
        (index == 0 ? "" : keyframe.easing.rawValue, 8),
      ]
      var line = columns.map { $0.0.padded(to: $0.1) }.joined(separator: "  ") + "  \(keyframe.prompt)"
      if let picture = keyframe.picture { line += "  (shows \(picture.path))" }
      if !keyframe.negative.isEmpty { line += "  (not: \(keyframe.negative))" }
      if holdEnd > frame { line += "  (holds to frame \(min(holdEnd, timeline.count - 1)))" }
      say(line)
    }
    if let closing = timeline.closingFrames {
      let columns = [("\(timeline.count)", 8), (seconds(timeline.count, timeline.rate), 8), ("", 10), ("", 8)]
      say(
        (columns + [(timeline.keyframes[0].easing.rawValue, 8)]).map { $0.0.padded(to: $0.1) }.joined(separator: "  ")
          + "  (back at the first frame, after \(closing) frames)")
    }
    let pictures = timeline.pictures
    let repeated = timeline.count - pictures
    say(
      "\nto paint  \(pictures.grouped) pictures of \(script.steps) steps, \((pictures * script.steps).grouped) steps in all\(repeated > 0 ? "; \(repeated.grouped) frames repeat others" : "")"
    )
    if timeline.spacing != .time {
      let count = Survey.pictures(of: timeline).grouped
      say("survey    \(count) pictures more, to see where even frames lie; what is said above holds by the clock")
    }
    say(
      "model     \(script.model)\(script.size.map { ", \($0)" } ?? "")\(script.scheduler.map { ", \($0.rawValue)" } ?? "")"
    )
    cost(of: script).forEach(say)
    if case .attention(let attention) = script.method {
      let model = try presets.model(script.model)
      let (engine, folder) = (try Engine(model: model), try ModelFolder(model))
      let sampler = try engine.sampler(script.scheduler(for: engine.model), steps: script.steps)
      let bytes =
        attention.listening(of: sampler.timesteps.count)
        * folder.attentionBytes(size: script.size, precision: .automatic)
      say("memory    \(bytes.megabytes) of keys and values for each of two keyframes")
    }
    say(
      "way       \(timeline.path.rawValue), loop \(timeline.loop.rawValue), frames spaced by \(timeline.spacing.rawValue)"
    )
    if let sound = try script.soundHeard(for: timeline.count) { say("sound     \(sound)") }
    say("mixing    prompts by \(script.promptMix.rawValue), noise by \(script.noiseMix.rawValue)")
  }

  /// What the network will be asked: it depends on the model's scheduler, and on how many pictures are made at once.
  private func cost(of script: Script) -> [String] {
    do {
      var lines: [String] = []
      let engine = try Engine(model: presets.model(script.model))
      let size = try engine.size(script.size)
      let scheduler = script.scheduler(for: engine.model)
      let cost = script.method.estimate(
        of: script.timeline, evaluations: try engine.sampler(scheduler, steps: script.steps).timesteps.count,
        atOnce: engine.picturesAtOnce(width: size.width, height: size.height))
      if script.method != .walk {
        lines.append("method    \(script.method.name.rawValue), which takes \(cost.film.comparison(in: "evaluations"))")
      }
      let parts = [
        (cost.film.evaluations, "for the film"), (cost.survey.evaluations, "for the survey"),
        (cost.inversion, "to lead pictures back to noise"),
      ].filter { $0.0 > 0 }
      let sum = parts.count < 2 ? "" : ": " + parts.map { "\($0.0.grouped) \($0.1)" }.joined(separator: ", ")
      // Frames that happen to stand on branches need no run.
      let most = script.method.name == .blend ? "at most " : ""
      return lines + ["network   is asked \(most)\(cost.total.told(of: script.method))\(sum)"]
    } catch {
      return ["network   nobody knows how often it is asked: \(error)"]
    }
  }

  private func seconds(_ frame: Int, _ rate: FrameRate) -> String {
    String(format: "%.3f", Double(frame) * Double(rate.perSecond.denominator) / Double(rate.perSecond.numerator))
  }
}

extension Timeline {
  /// `150 frames at 30 fps, 5 seconds`.
  var lengths: String { Self.lengths(frames: count, rate: rate) }

  static func lengths(frames: Int, rate: FrameRate) -> String {
    let seconds = Double(frames) * Double(rate.perSecond.denominator) / Double(rate.perSecond.numerator)
    let text = String(format: "%.3f", seconds).trimmingSuffix { "0" == $0 }.trimmingSuffix { "." == $0 }
    return "\(frames.grouped) frames at \(rate) fps, \(text) seconds"
  }
}

extension String {
  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
    var text = self
    while let last = text.last, isTrimmed(last) { text.removeLast() }
    return text
  }
}

extension Int {
  /// Bytes as `925 MB`.
  fileprivate var megabytes: String { String(format: self < 10_000_000 ? "%.1f MB" : "%.0f MB", Double(self) / 1e6) }
}
