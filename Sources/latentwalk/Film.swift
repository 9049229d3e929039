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
  /// Which pictures of the script the film shows, and in bytes that differ when they do.
  private let (pictures, route): (WalkSource.Choice, [UInt8])
  /// How long it is, and what it is heard with.
  private let told: [String]

  /// Proves what can be proved before a model is loaded: codec, quality, name and place fit one another, and the sound
  /// is there.
  init(_ script: Script, at path: String) throws {
    try self.init(script, at: path, .all, route: [], frames: script.timeline.count)
  }

  /// A film of `points` on the square between the script's four keyframes.
  init(_ script: Script, at path: String, over points: [Grid.Point]) throws {
    let route = points.map { "\($0.x) \($0.y)\n" }.joined()
    try self.init(script, at: path, .mixes(points.map(\.weights)), route: Array(route.utf8), frames: points.count)
  }

  private init(_ script: Script, at path: String, _ pictures: WalkSource.Choice, route: [UInt8], frames: Int) throws {
    guard path != "-" else {
      throw Fault.usage("-o -: a film cannot be written to standard output, for its index is written last; give a file")
    }
    self.script = script
    (self.pictures, self.route) = (pictures, route)
    url = URL(filePath: path)
    let rate = script.timeline.rate.perSecond
    settings = FilmSettings(
      rate: FilmRate(rate.numerator, rate.denominator), codec: script.output.codec ?? Script.Default.codec,
      crf: script.output.crf, scale: Double(script.output.scale), sound: script.sound)
    _ = try settings.container(for: url)
    _ = try PendingFile(at: url)
    let lengths = "\(url.relativePath): \(Timeline.lengths(frames: frames, rate: script.timeline.rate))"
    told = try [lengths, script.soundHeard(for: frames).map { "sound: \($0)" }].compactMap { $0 }
  }

  /// Where a script's film goes when nobody says: `name` with the codec's usual ending.
  static func path(of script: Script, named name: String) -> String {
    if let file = script.output.file { return file }
    let codec = script.output.codec ?? Script.Default.codec
    return "\(name).\(codec.containers[0].rawValue)"
  }

  /// What of a film is made.
  enum Part {
    case whole
    /// The whole, unless it is there already, made of the same.
    case missing
    case shard(Shard)
    /// The film, of frames that are there.
    case join
  }

  /// Renders the film, or a part of it, by an engine of the script's model; says whether anything was left to do.
  ///
  /// `strip` is one that is kept while rendering. Throws `Fault` where it was interrupted: then its
  /// frames are kept.
  @discardableResult
  func render(
    _ part: Part, by engine: Engine, of model: URL, _ options: FilmOptions, strip: StripOption?,
    interruption: Interruption
  ) throws -> Bool {
    let frames = try WalkSource(script, engine, options.report, pictures)
    _ = try settings.size(forWidth: frames.width, height: frames.height)
    let record = try JobRecord(
      script: frames.identity + route,
      model: Fingerprint.bytes(of: model),
      version: Version.current, source: frames)
    let origin = FilmOrigin(
      record, settings,
      besides: Array(script.output.onBadFrame.rawValue.utf8)
        + (try settings.sound.map { try Fingerprint.bytes(ofFile: $0.url) } ?? []))
    var settings = settings
    settings.comment = origin.comment
    var job = FilmJob(
      output: url, settings: settings, fresh: options.fresh, keepFrames: options.keepFrames,
      onBadFrame: script.output.onBadFrame)
    let progress = ProgressPrinter(style: options.report.style, of: url.relativePath)
    let isKept = !options.keepFrames || FileStatus(job.folder.path) == .folder
    if case .missing = part, !options.fresh, isKept, origin.isThat(of: url) {
      let text = "\(url.relativePath): is there already, made of the same; --fresh makes it anew"
      options.report.json ? progress.note(text) : options.report.say(text)
      return false
    }
    told.forEach(options.report.say)
    switch part {
    case .shard(let shard):
      let outcome = try job.render(
        shard, of: frames, atOnce: frames.atOnce, record: record, progress: progress, interruption: interruption)
      try tell(of: shard, outcome, job, options.report)
      return true
    case .join: job.joins = true
    case .whole, .missing: break
    }
    let strip = try strip?.live(frames)
    var measure = PathMeasure()
    let outcome = try job.run(
      frames, atOnce: frames.atOnce, record: record, progress: progress, interruption: interruption,
      watcher: { index, image throws(PictureError) in
        if frames.byClock != nil { measure.add(image) }
        try strip?.add(index, image)
      })
    guard case .finished = outcome else {
      throw Fault(code: .interrupted, description: "\(url.relativePath): \(outcome)")
    }
    options.report.say("wrote \(url.relativePath): \(outcome)")
    if let byClock = frames.byClock { options.report.say(measure.evenness(instead: byClock)) }
    if let work = frames.work, work.plain > 0 {
      options.report.say("the network was asked \(work.told(of: script.method))")
    }
    return true
  }

  private func tell(of shard: Shard, _ outcome: FilmJob.ShardOutcome, _ job: FilmJob, _ report: ReportOptions) throws {
    let text = "\(job.folder.relativePath): shard \(shard): \(outcome)"
    guard case .finished(_, _, let missing, _) = outcome else { throw Fault(code: .interrupted, description: text) }
    report.say(text + (missing == 0 ? "; join makes \(url.relativePath) of them" : ""))
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
  /// What a film of so many frames is heard with, and how much of it; nil where it is silent.
  ///
  /// Throws where that cannot be read, or has ended where the film begins.
  func soundHeard(for frames: Int) throws -> String? {
    guard let sound, let path = output.sound?.path else { return nil }
    let seconds = Double(frames) / timeline.rate.perSecond.double
    let silent = try seconds - sound.heard(of: seconds)
    return path + (sound.start > 0 ? String(format: " from second %.4g on", sound.start) : "")
      + (silent > 0 ? String(format: ", which ends %.3g seconds before the film", silent) : "")
  }
}
