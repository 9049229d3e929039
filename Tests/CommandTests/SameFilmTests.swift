import Foundation
import Pixels
import TestSupport
import Testing

/// What a script says, options say as well: both are one job, so that frames of the one are those of the other.
@Suite struct SameFilmTests {
  struct Film: Sendable, CustomTestStringConvertible {
    let options: [String]
    let script: String

    init(_ options: [String], _ script: String) { (self.options, self.script) = (options, script) }

    var testDescription: String { options.joined(separator: " ") }
  }

  static let films = [
    Film(
      ["a", "b", "c", "--guidance", "4 + 3 * sin(pi * t)", "--frames", "7"],
      """
      guidance: 4 + 3 * sin(pi * t)
      keyframes: [{prompt: a}, {prompt: b, at: 3f}, {prompt: c, at: 6f}]
      """),
    Film(
      ["a", "b", "--guidance", "1", "--guidance", "-cos(seconds) + 3", "--negative", "", "--negative", "a drawing"]
        + ["--frames", "4", "--seeds", "1,2"],
      """
      keyframes:
      - {prompt: a, seed: 1, guidance: 1}
      - {prompt: b, seed: 2, at: 3f, guidance: -cos(seconds) + 3, negative: a drawing}
      """),
    Film(
      ["a", "b", "--negative", "a drawing", "--frames", "4"],
      "{negative: a drawing, keyframes: [{prompt: a}, {prompt: b, at: 3f}]}"),
    Film(
      ["a", "b", "c", "--after", "2b", "--hold", "0.5b", "--bpm", "600", "--guidance", "2 + fract(beat)"],
      """
      bpm: 600
      guidance: 2 + fract(beat)
      keyframes:
      - {prompt: a, hold: 0.5b}
      - {prompt: b, after: 2b, hold: 0.5b}
      - {prompt: c, after: 2b, hold: 0.5b}
      """),
    Film(
      ["a", "b", "--loop", "closed", "--after", "2f", "--after", "3f", "--easing", "smooth", "--easing", "ease-in"],
      """
      loop: closed
      close: 3f
      keyframes: [{prompt: a, easing: ease-in}, {prompt: b, after: 2f, easing: smooth}]
      """),
    Film(
      ["a", "b", "c", "--frames", "14", "--hold", "3f", "--hold", "0f", "--hold", "4f", "--easing", "ease-out"],
      """
      easing: ease-out
      keyframes: [{prompt: a, hold: 3f}, {prompt: b, after: 4f}, {prompt: c, after: 3f, hold: 4f}]
      """),
    Film(
      ["a", "b", "c", "--path", "smooth", "--noise-mix", "gaussian", "--loop", "pingpong", "--frames", "8"],
      """
      path: smooth
      noise-mix: gaussian
      loop: pingpong
      keyframes: [{prompt: a}, {prompt: b, at: 2f}, {prompt: c, at: 4f}]
      """),
    Film(
      ["a", "b", "--prompt-mix", "slerp", "--noise-mix", "lerp", "--spacing", "even", "--frames", "4"],
      "{prompt-mix: slerp, noise-mix: lerp, spacing: even, keyframes: [{prompt: a}, {prompt: b, at: 3f}]}"),
    Film(
      ["a", "b", "--spacing", "even-between", "--frames", "4"],
      "{spacing: even-between, keyframes: [{prompt: a}, {prompt: b, at: 3f}]}"),
    Film(
      ["a", "b", "c", "--image", "1=a.png", "--strength", "1 - t / 2", "--image", "3=a.png", "--strength", "0.25"]
        + ["--frames", "5"],
      """
      keyframes:
      - {prompt: a, image: a.png, strength: 1 - t / 2}
      - {prompt: b, at: 2f}
      - {prompt: c, at: 4f, image: a.png, strength: 0.25}
      """),
    Film(
      ["\"a king\" - \"a man\" + \"a woman\"", "0.5 * \"a\" + 0.5 * \"b\"", "--frames", "3"],
      """
      keyframes: [{prompt: '"a king" - "a man" + "a woman"'}, {prompt: '0.5 * "a" + 0.5 * "b"', at: 2f}]
      """),
    Film(
      ["a", "b", "--method", "blend", "--blend", "branches: 2, between: fade", "--frames", "4"],
      "{method: blend, blend: {branches: 2, between: fade}, keyframes: [{prompt: a}, {prompt: b, at: 3f}]}"),
  ]

  static let attentive = ["inner", "outer", "fused-inner", "fused-outer"].map { variant in
    Film(
      ["a", "b", "--method", "attention", "--attention", "variant: \(variant)", "--frames", "4"],
      "{method: attention, attention: {variant: \(variant)}, keyframes: [{prompt: a}, {prompt: b, at: 3f}]}")
  }

  @Test(arguments: films + attentive) func optionsSayWhatAScriptSays(_ film: Film) throws {
    let tool = try Tool()
    try tool.folder.write(Image.pattern(width: 16, height: 16, seed: 1).encoded(as: .png), to: "a.png")
    try tool.folder.write(film.script, to: "film.yaml")
    let how = ["--size", "16x16", "--steps", "2", "--keep-frames", "-o", "film.mp4"]
    let walked = try tool.run(["walk"] + film.options + how)
    #expect(walked.code == 0, "\(walked.errors)")
    let rendered = try tool.run(["render", "film.yaml"] + how)
    #expect(rendered.code == 0, "\(rendered.errors)")
    let count = try #require(walked.errors.firstMatch(of: #/wrote film.mp4: (\d+) frames/#)?.1)
    #expect(rendered.errors.contains("wrote film.mp4: \(count) frames, \(count) of them from an earlier run"))
    // A strip of all frames of a walk is the strip of the script.
    let look = ["--count", String(count), "--size", "16x16", "--steps", "2", "--quiet"]
    #expect(try tool.run(["strip", "film.yaml", "-o", "script.png"] + look).code == 0)
    let strip = try tool.run(["strip"] + film.options + ["-o", "options.png"] + look)
    #expect(strip.code == 0, "\(strip.errors)")
    #expect(
      try Image(contentsOf: tool.folder["script.png"]) == Image(contentsOf: tool.folder["options.png"]))
  }
}
