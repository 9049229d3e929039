import Diffusion
import Foundation
import Pixels
import Render
import Scripts
import Tensors
import Video
import Walk

/// A script on its way to a film.
struct Film {
  let script: Script
  let url: URL
  private let settings: FilmSettings

  /// Proves what can be proved before a model is loaded: codec, quality, name and place fit one another.
  init(_ script: Script, at path: String) throws {
    guard path != "-" else {
      throw Fault.usage("-o -: a film cannot be written to standard output, for its index is written last; give a file")
    }
    self.script = script
    url = URL(filePath: path)
    let rate = script.timeline.rate.perSecond
    settings = FilmSettings(
      rate: FilmRate(rate.numerator, rate.denominator), codec: script.output.codec ?? Script.Default.codec,
      crf: script.output.crf, scale: Double(script.output.scale))
    _ = try settings.container(for: url)
    _ = try PendingFile(at: url)
  }

  /// Where a script's film goes when nobody says: `name` with the codec's usual ending.
  static func path(of script: Script, named name: String) -> String {
    if let file = script.output.file { return file }
    let codec = script.output.codec ?? Script.Default.codec
    return "\(name).\(codec.containers[0].rawValue)"
  }

  /// Renders the film by an engine of the script's model.
  ///
  /// Throws `Fault` where it was interrupted: then its frames are kept.
  func render(
    by engine: Engine, of model: URL, _ options: FilmOptions, interruption: Interruption
  ) throws {
    let frames = try WalkSource(script, engine, options.report)
    options.report.say("\(url.relativePath): \(script.timeline.lengths)")
    let job = FilmJob(output: url, settings: settings, fresh: options.fresh, keepFrames: options.keepFrames)
    let record = try JobRecord(
      script: script.pictures(size: frames.size, precision: engine.model.precision),
      model: ModelFingerprint.bytes(of: model),
      version: Version.current, source: frames)
    let source = FramesAhead(frames, atOnce: frames.atOnce)
    var measure = PathMeasure()
    let outcome = try job.run(
      source, record: record, progress: ProgressPrinter(style: options.report.style), interruption: interruption,
      watch: { if frames.byClock != nil { measure.add($0) } })
    guard case .finished = outcome else {
      throw Fault(code: .interrupted, description: "\(url.relativePath): \(outcome)")
    }
    options.report.say("wrote \(url.relativePath): \(outcome)")
    if let byClock = frames.byClock { options.report.say(measure.evenness(instead: byClock)) }
  }
}

extension PathMeasure {
  /// How evenly neighbours differ, and how they would have by the clock.
  fileprivate func evenness(instead byClock: [Double]) -> String {
    func figures(_ steps: [Double]) -> String {
      let moving = steps.filter { $0 > Self.standing }
      let spread = Spread(moving)
      return String(
        format: "vary by %.2f of their mean, the largest is %.1f times it", spread.variation,
        spread.mean > 0 ? (moving.max() ?? 0) / spread.mean : 0)
    }
    return "differences of neighbours \(figures(distances)); by the clock they would \(figures(byClock))"
  }
}

extension ReportOptions {
  var style: ProgressPrinter.Style { quiet ? .quiet : json ? .json : .automatic }
}

extension Script {
  /// What its pictures are made of, apart from the model: nothing of how the film is written.
  fileprivate func pictures(size: Size, precision: Precision) -> [UInt8] {
    var script = self
    script.output = Output()
    script.size = size
    script.model = precision.rawValue
    return Array(script.canonical.utf8)
  }
}
