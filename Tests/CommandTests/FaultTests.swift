import Foundation
import TestSupport
import Testing

/// Wrong input: one line on standard error, the right exit code, nothing left behind.
@Suite(.timeLimit(.minutes(10))) struct FaultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let code: Int32
    let message: String

    init(_ arguments: String, _ code: Int32, _ message: String) {
      self.arguments = arguments.split(separator: " ").map { $0.replacingOccurrences(of: "_", with: " ") }
      self.code = code
      self.message = message
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let usage: [Case] = [
    Case(
      "wlak a b", 64,
      "found no command wlak; expected one of walk, render, join, batch, strip, plan, image, explore, grid, slider, map, measure, presets, model; did you mean walk?"
    ),
    Case("walk", 64, "Missing expected argument '<prompts> ...'; see latentwalk walk --help"),
    Case(
      "walk a", 64, "found 1 prompt and 1 seed; expected two keyframes or more: give another prompt, or more --seeds"),
    Case(
      "walk a b c --seeds 1,2", 64, "found 3 prompts and 2 seeds; expected as many seeds as prompts, or one of either"),
    Case("walk a b --seeds 1,2,3", 64, "found 2 prompts and 3 seeds"),
    Case("strip a b c --seeds 1,2", 64, "found 3 prompts and 2 seeds"),
    Case("walk a b --sed 1", 64, "Unknown option '--sed'"),
    Case(
      "walk a b --seeds one", 64,
      "The value 'one' is invalid for '--seeds <seeds>': expected seeds such as 42,1337 or 0-15"),
    Case("walk a b --seeds 5-1", 64, "expected seeds such as"),
    Case("walk a b --seeds 1,,2", 64, "expected seeds such as"),
    Case("walk a b --seeds 0-18446744073709551615", 64, "expected seeds such as"),
    Case("walk a b --seconds 4 --frames 120", 64, "--seconds and --frames exclude each other"),
    Case(
      "explore a --seeds 0-1023 --size 512x512 -o s.png", 64,
      "-o s.png: found 1024 pictures, a sheet of 16384x16384; expected fewer of them, a smaller --scale, or .ppm"),
    Case("strip a b --count 1000 --size 512x512 -o s.png", 64, "a sheet of 512000x512; expected fewer"),
    Case("grid a b c d --columns 100 --rows 100 --scale 2 -o s.png", 64, "a sheet of 25600x25600; expected fewer"),
    Case(
      "slider a --direction \"b\"_-_\"c\" --count 100 --size 6400x512 -o s.png", 64, "a sheet of 640000x512; expected"),
    Case(
      "walk a b --quiet --frames 200 --size 2048x2048 --strip s.png --strip-count 140", 64,
      "a sheet of 286720x2048; expected"),
    Case("walk a b --cache deep:2 --method blend", 64, "--cache: found a cache with the method blend, whose branches"),
    Case("walk a b --size 65537x64", 64, "expected width and height in pixels, such as 512x512"),
    Case("walk a b --seconds 0", 64, "expected seconds above 0"),
    Case(
      "walk a b --seconds 0.01", 64,
      "--seconds: found 0.01, which is 0 frames at 30 fps; expected a film of 2 to 10000000 frames"),
    Case("walk a b --frames 1", 64, "--frames: found 1; expected a film of 2"),
    Case("walk a b c --frames 2", 64, "found 2 frames for 3 keyframes; expected at least 3 frames"),
    Case(
      "walk a b --frames 5 --loop pingpong", 64,
      "--loop pingpong: found 5 frames; expected an even number, for all but the first and the last keyframe are shown twice"
    ),
    Case("walk a b c --frames 2 --loop pingpong", 64, "found 2 frames for 3 keyframes; expected at least 4 frames"),
    Case(
      "walk a b --path smooth --noise-mix slerp", 64,
      "--noise-mix: found slerp, which goes between two keyframes, on a smooth path, which mixes up to four"),
    Case(
      "walk a b --prompt-mix gaussian", 64, "'gaussian' is invalid for '--prompt-mix <way>': expected lerp or slerp"),
    Case("walk a b --seeds -1", 64, "The value '-1' is invalid for '--seeds <seeds>': expected seeds such as 42,1337"),
    Case("walk a b --frames -3", 64, "--frames: found -3; expected a film of 2 to 10000000 frames"),
    Case("image a --seed 1.5", 64, "expected a whole number from 0 to 18446744073709551615"),
    Case("strip car-to-tiger --seeds 1,2", 64, "--seeds goes with prompts; car-to-tiger is a script"),
    Case("map film.yaml --image 1=a.png", 64, "--image goes with prompts; film.yaml is a script"),
    Case("walk a b --method blend --blend {depth:_0.1", 64, "expected options such as in a script, without braces"),
    Case("walk a b --image 1=.", 66, "it is a folder"),
    Case("measure . --plot ./x.png", 64, "./x.png: found a place among the pictures that are read; expected another"),
    Case("measure film.mp4 -o x.svg --plot ./x.svg", 64, "x.svg: found it as the place of two results; expected"),
    Case("presets --presets .", 66, "found no .yaml file in the folder; expected scripts that ship"),
    Case("walk a b --easing smooth --spacing even", 64, "--easing: found smooth beside --spacing even"),
    Case("walk a b --fps 0", 64, "expected a frame rate from above 0 to 1000, such as 30, 23.976 or 30000/1001"),
    Case("walk a b --size 64", 64, "expected width and height in pixels, such as 512x512"),
    Case("walk a b --size 63x64", 64, "size 63x64: this model makes pictures whose sides are multiples of 8"),
    Case("walk a b --steps 0", 64, "--steps: found 0; expected 1 to 1000"),
    Case("walk a b --guidance 101", 64, "--guidance: found 101.0; expected 0 to 100"),
    Case("walk a b --guidance nan", 64, "found the name nan; expected one of t, frame, seconds, beat"),
    Case(
      "walk a b --guidance 4_+*_t", 64,
      "The value '4 +* t' is invalid for '--guidance <strength>': character 4 of a formula: found `*`; expected a number"
    ),
    Case(
      "walk a b --guidance 4+200*t", 64,
      "found guidance 101.47899159663865 on frame 58, by 4+200*t; expected a number from 0 to 100"),
    Case("walk a b --guidance -1", 64, "--guidance: found -1.0; expected 0 to 100"),
    Case("walk a b --guidance 4+fract(beat)", 64, "found 4+fract(beat), which counts beats; expected the tempo as bpm"),
    Case(
      "walk a b --guidance 1 --guidance 2 --guidance 3", 64,
      "--guidance: found 3 for 2 keyframes; expected one for all, or one for each"),
    Case("walk a b c --negative x --negative y", 64, "--negative: found 2 for 3 keyframes; expected one for all"),
    Case("walk a b --easing smooth --easing linear", 64, "--easing: found 2 for 1 way; expected one"),
    Case("walk a b c --hold 1s --hold 2s", 64, "--hold: found 2 for 3 keyframes; expected one for all"),
    Case("walk a b --hold 1", 64, "expected a time with its unit: seconds such as 4.5s, whole frames such as 120f"),
    Case("walk a b --hold 1b", 64, "--hold: found 1b, which counts beats; expected --bpm as well: beats a minute"),
    Case("walk a b --hold 2s", 64, "found 120 frames for 2 keyframes that are held; expected at least 121 frames"),
    Case(
      "walk a b --frames 20 --hold 0f --hold 1f --loop pingpong", 64,
      "--loop pingpong: found 20 frames; expected an odd number"),
    Case("walk a b --after 2s --seconds 4", 64, "--after and --seconds exclude each other"),
    Case("walk a b --after 4b", 64, "--after: found 4b, which counts beats; expected --bpm as well"),
    Case("walk a b --after 0s", 64, "expected each keyframe at least one frame after the one before it"),
    Case("walk a b --after 99999999999s", 64, "--after: found 99999999999s; expected a time that a film can take"),
    Case(
      "walk a b c d --after 1s --after 2s", 64, "--after: found 2 for 3 ways; expected one for all, or one for each"),
    Case("walk a b --bpm 0", 64, "expected beats a minute, from above 0 to 1000"),
    Case("walk a b --strip s.png --strip-count 1", 64, "--strip-count: found 1; expected 2 to 1000"),
    Case("walk a b --strip-count 4", 64, "--strip-count goes with --strip, which is not given"),
    Case(
      "walk a b --frames 9 --strip s.png --strip-count 10", 64,
      "--strip-count: found 10 for a film of 9 frames; expected no more than that"),
    Case("render car-to-tiger --strip s.png --strip-count 151", 64, "found 151 for a film of 150 frames"),
    Case(
      "walk a b --scheduler foo", 64,
      "'foo' is invalid for '--scheduler <name>'. Please provide one of the following: ddim, ddpm"),
    Case("walk a b --scale 0", 64, "--scale: found 0; expected 1 to 64"),
    Case("walk a b --crf 52", 64, "crf 52 is out of range for h264, which takes 0 to 51"),
    Case(
      "walk a b --codec hevc --size 8x8", 64,
      "a film in hevc is at least 16 pixels wide and high, and this is 8x8; expected a larger scale, or another codec"),
    Case("walk a b --codec ffv1 --crf 1", 64, "ffv1 is lossless and takes no crf"),
    Case("walk a b --codec h265", 64, "'h265' is invalid for '--codec <codec>'"),
    Case("walk a b -o film.avi", 64, "a film in h264 cannot be named film.avi; expected one of .mp4, .mov, .mkv"),
    Case("walk a b -o -", 64, "a film cannot be written to standard output"),
    Case("walk a b --threads 0", 64, "--threads: found 0; expected 1 to 1024"),
    Case("walk a b --precision int8", 64, "'int8' is invalid for '--precision"),
    Case("walk a b --quiet --json", 64, "--quiet and --json exclude each other"),
    Case("strip a b --count 1", 64, "--count: found 1; expected 2 to 1000"),
    Case("strip a b c --count 2", 64, "found 2 frames for 3 keyframes"),
    Case(
      "strip car-to-tiger --count 151", 64, "--count: found 151 for a film of 150 frames; expected no more than that"),
    Case("strip car-to-tiger --guidance 3", 64, "--guidance goes with prompts; car-to-tiger is a script"),
    Case("strip a b -o strip.jpg", 64, "cannot tell the picture format of"),
    Case("image a -o picture", 64, "expected .png or .ppm"),
    Case("image", 64, "Missing expected argument '<prompt>'"),
    Case("image a b", 64, "Unexpected argument 'b'"),
    Case(
      "image a --guidance 4+t", 64,
      "--guidance: found the formula 4+t, which changes with time; expected a number, for time passes in a walk only"),
    Case("image a --negative x --negative y", 64, "--negative: found 2 for 1 prompt; expected one"),
    Case("image \"a\"_-_b", 64, "character 7: found 'b'; expected a prompt in double quotes"),
    Case(
      "grid a b", 64,
      "found 2 prompts and 1 seed; expected four corners: four of either or of both, two prompts and two seeds, or an --image for the fourth"
    ),
    Case("grid a b c d --seeds 1,2", 64, "found 4 prompts and 2 seeds"),
    Case("grid a b c d --columns 1", 64, "--columns: found 1; expected 2 to 100"),
    Case("grid a b c d --route circle", 64, "--route goes with a film; grid.png is a sheet of pictures"),
    Case("grid a b c d --seconds 4", 64, "--seconds goes with a film; grid.png is a sheet of pictures"),
    Case("grid a b c d --columns 4 -o film.mp4", 64, "--columns goes with a sheet of pictures"),
    Case("grid a b c d --rows 4 --route circle -o film.mp4", 64, "--rows goes with --route rows; a circle has none"),
    Case(
      "grid a b c d -o film.avi", 64,
      "-o film.avi: expected .png, .ppm or - for a sheet, or one of .mp4, .mov, .mkv, .webm for a film"),
    Case("grid a b c d -o film.webm", 64, "a film in h264 cannot be named film.webm"),
    Case("slider a", 64, "Missing expected argument '--direction <difference>'"),
    Case("slider a --direction red_car_-_car", 64, "expected a sum of prompts in quotes whose factors add up to 0"),
    Case("slider a --direction \"b\"_+_\"c\"", 64, "whose factors add up to 0"),
    Case("slider a --direction \"b\"_-_\"c", 64, "found a quote that is not closed"),
    Case("slider a --direction \"b\"-\"c\" --strengths 2..-2", 64, "expected strengths such as -2..2 or -1,0,1.5"),
    Case("slider a --direction \"b\"-\"c\" --strengths nan", 64, "expected strengths such as"),
    Case("slider a --direction \"b\"-\"c\" --count 1", 64, "--count: found 1; expected 2 to 100"),
    Case("slider a --direction \"b\"-\"c\" --strengths 1,2 --count 3", 64, "--count goes with a range of --strengths"),
    Case("map", 64, "Missing expected argument '<script or prompts> ...'"),
    Case("map a b --count 1", 64, "--count: found 1; expected 2 to 400"),
    Case("map a b -o map.jpg", 64, "cannot tell the format of map.jpg from its name; expected .svg, .png or .ppm"),
    Case("map car-to-tiger --guidance 3", 64, "--guidance goes with prompts; car-to-tiger is a script"),
    Case("walk a b --strip strip.gif", 64, "cannot tell the picture format of"),
    Case("walk a b --strip -", 64, "--strip -: expected a file"),
    Case("measure", 64, "Missing expected argument '<film or folder>'"),
    Case(
      "measure a --plot plot.jpg", 64, "cannot tell the format of plot.jpg from its name; expected .svg, .png or .ppm"),
    Case("measure a --plot -", 64, "--plot -: found the figures on standard output as well"),
    Case("explore", 64, "Missing expected argument '<prompts> ...'"),
    Case("explore a --columns 0", 64, "--columns: found 0; expected 1 to 100"),
    Case("explore a b --columns 2", 64, "--columns goes with one prompt; of 2 prompts each seed has its column"),
    Case("explore a b --seeds 0-9999", 64, "found 2 prompts by 10000 seeds; expected at most 10000 pictures"),
    Case("explore a b c --guidance 1 --guidance 2", 64, "--guidance: found 2 for 3 prompts; expected one for all"),
    Case("explore a -o sheet.jpg", 64, "cannot tell the picture format of"),
    Case("grid a b c d --guidance t", 64, "--guidance: found the formula t, which changes with time"),
    Case("grid a b c d --negative x --negative y", 64, "--negative: found 2 for 4 corners; expected one for all"),
    Case("slider a --direction \"b\"-\"c\" --guidance 1 --guidance 2", 64, "--guidance: found 2 for 1 prompt"),
    Case("strip car-to-tiger --hold 1s", 64, "--hold goes with prompts; car-to-tiger is a script"),
    Case("map car-to-tiger --seconds 4", 64, "--seconds goes with prompts; car-to-tiger is a script"),
    Case("strip a b --frames 4", 64, "--count: found 8 for a film of 4 frames; expected no more than that"),
  ]

  static let files: [Case] = [
    Case("walk a b -o missing/film.mp4", 73, "missing/film.mp4: the folder"),
    Case("image a -o missing/a.png", 73, "does not exist"),
    Case("walk a b --strip missing/strip.png", 73, "missing/strip.png: the folder"),
    Case("map nope", 66, "nope: found no script of this name"),
    Case("grid a b c d -o missing/grid.png", 73, "missing/grid.png: the folder"),
    Case("measure nope.mp4", 66, "nope.mp4: found no such file or folder; expected a film or a folder of pictures"),
    Case("measure .", 66, ".: found no pictures in the folder; expected .png, .ppm or .jpg files"),
    Case("measure . --plot missing/plot.svg", 73, "missing/plot.svg: the folder"),
    Case("measure . -o missing/figures.txt", 73, "missing/figures.txt: the folder"),
    Case("walk a b --model nope", 66, "nope: found no model of this name in "),
    Case("walk a b --model ./nope", 66, "found no such folder, expected a model"),
    Case("model ./nope", 66, "found no such folder"),
    Case("plan nope", 66, "nope: found no script of this name in "),
    Case("plan car-to-tigr", 66, "did you mean car-to-tiger?"),
    Case(
      "plan ./nope.yaml", 66,
      "./nope.yaml: found no file that can be read (No such file or directory); expected a walk script"),
    Case("render nope.yaml", 66, "nope.yaml: found no file that can be read"),
    Case("strip nope", 66, "nope: found no script of this name"),
    Case("strip nope", 66, "; or prompts: two of them, or one with several --seeds"),
    Case("presets --presets /nowhere", 66, "/nowhere: found no such folder"),
  ]

  @Test(arguments: usage + files) func isSaidInOneLine(_ fault: Case) throws {
    let tool = try Tool()
    let result = try tool.run(fault.arguments)
    #expect(result.code == fault.code)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("latentwalk: "))
    #expect(result.errors.hasSuffix("\n") && result.errors.dropLast().allSatisfy { !$0.isNewline })
    #expect(result.errors.contains(fault.message), "\(result.errors)")
    #expect(try tool.files == [])
  }

  @Test(arguments: [
    ["explore", "a"], ["grid", "a", "b", "c", "d"], ["slider", "a", "--direction", "\"b\" - \"c\""], ["map", "a", "b"],
  ])
  func withoutFontsNothingIsRendered(arguments: [String]) throws {
    let tool = try Tool()
    try tool.folder.write("<?xml version=\"1.0\"?><fontconfig></fontconfig>", to: "fonts.conf")
    // A model that is not there would be another fault.
    let result = try tool.run(
      arguments + ["--model", "./none"], environment: ["FONTCONFIG_FILE": tool.folder["fonts.conf"].path])
    #expect(result.code == 69)
    #expect(
      result.errors
        == "latentwalk: cannot draw labels: fontconfig finds no scalable font; install one, as fonts-dejavu-core\n")
    #expect(try tool.files == ["fonts.conf"])
  }

  @Test func aScriptsFaultHasItsPlace() throws {
    let tool = try Tool()
    try tool.folder.write("keyframes:\n- prompt: a\n- prompt: b\n  aftr: 4s\n", to: "film.yaml")
    for command in ["plan", "render", "strip"] {
      let result = try tool.run([command, "film.yaml"])
      #expect(result.code == 65)
      #expect(
        result.errors.hasPrefix(
          "latentwalk: film.yaml:4:3: found the unknown key `aftr` in keyframe 2; expected one of "))
      #expect(result.errors.contains("did you mean `after`?"))
      #expect(try tool.files == ["film.yaml"])
    }
  }

  @Test func aBrokenModelIsNamed() throws {
    let tool = try Tool()
    try tool.folder.write("{}", to: "model/model_index.json")
    let result = try tool.run(["walk", "a", "b", "--model", "./model", "--quiet"])
    #expect(result.code == 65)
    #expect(result.errors.hasPrefix("latentwalk: cannot load "))
    #expect(result.errors.contains("model_index.json"))
    #expect(try tool.files == ["model"])
  }

  /// The model that ships, with one file changed.
  private func model(
    in tool: Tool, at name: String = "model", changing file: String, _ change: (Data) throws -> Data
  ) throws {
    let copy = tool.folder.url.appending(path: name)
    try FileManager.default.copyItem(at: Tool.presets.appending(path: "models/emoji"), to: copy)
    let url = copy.appending(path: file)
    try change(Data(contentsOf: url)).write(to: url)
  }

  /// A model is the same behind links, and what leads nowhere in its folder is nothing to be read.
  @Test func linksLeadToTheModel() throws {
    let tool = try Tool()
    try model(in: tool, changing: "model_index.json") { $0 }
    try tool.folder.write("", to: "parts/none")
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: tool.folder["model"].path) {
      try files.createSymbolicLink(
        at: tool.folder["parts/\(name)"], withDestinationURL: tool.folder["model/\(name)"])
    }
    try files.removeItem(at: tool.folder["parts/none"])
    try files.createSymbolicLink(at: tool.folder["link"], withDestinationURL: tool.folder["model"])
    let records = try ["model", "link", "parts"].map { name in
      let film = ["walk", "a car", "a cat", "--frames", "2", "-o", "\(name).mp4", "--keep-frames"]
      let result = try tool.run(film + ["--model", "./\(name)"] + least)
      #expect(result.code == 0, "\(name): \(result.errors)")
      return try Data(contentsOf: tool.folder["\(name).mp4.job/job.json"])
    }
    #expect(records[0] == records[1] && records[0] == records[2])
    try files.createSymbolicLink(atPath: tool.folder["parts/nowhere"].path, withDestinationPath: "/no/such/place")
    let film = ["walk", "a car", "a cat", "--frames", "2", "-o", "a.mp4", "--model", "./parts"]
    #expect(try tool.run(film + least).code == 0)
    // Another model behind the same link is another job.
    try files.removeItem(at: tool.folder["link"])
    try model(in: tool, at: "other", changing: "scheduler/scheduler_config.json") { $0 + Data("\n".utf8) }
    try files.createSymbolicLink(at: tool.folder["link"], withDestinationURL: tool.folder["other"])
    let again = ["walk", "a car", "a cat", "--frames", "2", "-o", "link.mp4", "--model", "./link"]
    #expect(try tool.run(again + least).errors.contains("they were rendered with another model"))
  }

  /// Where not even the fault can be said, its code is.
  @Test func standardErrorMayBeFull() throws {
    let tool = try Tool()
    let full = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
    let process = try tool.start(["nope"], output: FileHandle.nullDevice, errors: full)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 64)
  }

  @Test func weightsThatDoNotFitAreNamed() throws {
    let tool = try Tool()
    try model(in: tool, changing: "unet/config.json") {
      let text = String(decoding: $0, as: UTF8.self)
      return Data(text.replacing("\"layers_per_block\": 1", with: "\"layers_per_block\": 2").utf8)
    }
    let result = try tool.run(["model", "./model"])
    #expect(result.code == 65)
    #expect(result.errors.contains(" missing: 'down_blocks.0.resnets.1."))
    #expect(result.errors.contains("'down_blocks.0.resnets.1.norm1.weight' [64], "))
    #expect(result.errors.contains(" of another shape than the configuration asks for: 'up_blocks."))
  }

  static let gone: [(file: String, message: String)] = [
    ("unet/config.json", "unet/config.json: found no such file or directory, expected a JSON file"),
    ("vae/diffusion_pytorch_model.safetensors", "vae: found no weights, expected diffusion_pytorch_model.safetensors"),
    ("text_encoder", "model: found no folder text_encoder, expected that part of the model"),
    ("tokenizer/tokenizer.json", "no error"),
  ]

  @Test(arguments: gone) func whatIsGoneIsNamed(file: String, message: String) throws {
    let tool = try Tool()
    try model(in: tool, changing: "model_index.json") { $0 }
    try FileManager.default.removeItem(at: tool.folder.url.appending(path: "model/\(file)"))
    let result = try tool.run(["model", "./model"])
    #expect(result.code == (message == "no error" ? 0 : 66))
    #expect(message == "no error" || result.errors.contains(message))
  }

  @Test func weightsCutShortAreNamed() throws {
    let tool = try Tool()
    try model(in: tool, changing: "vae/diffusion_pytorch_model.safetensors") { $0.prefix(1000) }
    let result = try tool.run(["image", "a cat", "--model", "./model"])
    #expect(result.code == 65)
    #expect(result.errors.contains("the file is cut short or is no safetensors file"))
    #expect(try tool.files == ["model"])
  }

  @Test func aFullDiskLeavesNothingHalfWritten() throws {
    let tool = try Tool()
    try FileManager.default.createSymbolicLink(
      atPath: tool.folder.url.appending(path: "full.ppm").path, withDestinationPath: "/dev/full")
    let result = try tool.run(["image", "a cat", "-o", "full.ppm"] + least)
    #expect(result.code == 74)
    #expect(result.errors.contains("No space left on device"))
    #expect(try tool.files == ["full.ppm"])
  }
}
