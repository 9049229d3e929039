import ArgumentParser
import Foundation
import Pixels
import Scripts
import Video
import Walk

/// How films are written. What is not given is the script's.
struct FilmOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How the film is coded. (default: \(Script.Default.codec))", valueName: "codec"))
  var codec: FilmCodec?

  @Option(
    help: ArgumentHelp(
      "The film's quality, smaller is better. (default: the codec's own, 18 for h264)", valueName: "number"))
  var crf: Int?

  @Option(help: ArgumentHelp("A file whose sound the film is heard with, such as a song.", valueName: "file"))
  var sound: String?

  @Option(
    help: ArgumentHelp(
      "Where in the sound the film begins, such as 30s or, with beats per minute, 16b. (default: 0s)",
      valueName: "time"), transform: parseTime)
  var soundStart: Time?

  @Flag(help: "Throw away the frames that an earlier run left; not for join.")
  var fresh = false

  @Flag(help: "Keep the frames when the film is whole.")
  var keepFrames = false

  @OptionGroup var badFrames: BadFrameOptions
  @OptionGroup var report: ReportOptions

  func apply(to script: inout Script) throws {
    if let codec, codec != script.output.codec ?? Script.Default.codec {
      script.output.codec = codec
      // The script's number means something else to another codec, or nothing.
      script.output.crf = nil
    }
    if let crf { script.output.crf = crf }
    badFrames.apply(to: &script)
    if let sound { script.output.sound = Script.Soundtrack(path: sound) }
    guard let soundStart else { return }
    script.output.sound?.start = soundStart
    guard let sound = script.output.sound else {
      throw Fault.usage("--sound-start: found \(soundStart) without a sound; expected --sound as well")
    }
    guard sound.seconds(on: script.timeline) != nil else {
      throw Fault.usage("--sound-start: found \(soundStart); expected \(Script.Soundtrack.expectedStart)")
    }
  }
}

/// What is done about pictures that come out broken. What is not given is the script's.
struct BadFrameOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What to do when a frame comes out flat or not finite: render it again in fp32, and then stop or hold the one "
        + "before; or stop at once. (default: retry)", valueName: "policy"))
  var onBadFrame: BadFramePolicy?

  func apply(to script: inout Script) {
    if let onBadFrame { script.output.onBadFrame = onBadFrame }
  }
}

/// What is said while pictures are made.
struct ReportOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but faults.")
  var quiet = false

  @Flag(help: "Tell the progress as JSON, one object a line, on standard error.")
  var json = false

  func validate() throws {
    if quiet, json { throw ValidationError("--quiet and --json exclude each other") }
  }

  /// Says a line for people to read.
  func say(_ text: String) {
    if !quiet, !json { tell(text) }
  }
}
