import Foundation
import Render
import Testing

@Suite(.timeLimit(.minutes(10))) struct ProgressTests {
  /// What is printed for five frames of which the first two are there and the others take so many seconds each.
  private func output(_ style: ProgressPrinter.Style, secondsPerFrame: Double) -> String {
    var (now, text) = (100.0, "")
    let progress = ProgressPrinter(style: style, clock: { now }, sink: { text += $0 })
    progress.begin(frames: 5, found: 2)
    for index in 0..<5 {
      now += index < 2 ? 0.001 : secondsPerFrame
      progress.advance(rendered: index >= 2)
    }
    progress.end()
    return text
  }

  @Test func lines() {
    #expect(
      output(.lines, secondsPerFrame: 12) == """
        going on: 2 of 5 frames are there
        3/5 frames, 12.00 s/frame, 0:24 left
        4/5 frames, 12.00 s/frame, 0:12 left
        5/5 frames, 12.00 s/frame, 0:00 left
        5/5 frames, 3 rendered in 0:36, 12.00 s/frame

        """)
  }

  @Test func linesAreRare() {
    #expect(
      output(.lines, secondsPerFrame: 0.05) == """
        going on: 2 of 5 frames are there
        5/5 frames, 3 rendered in 0:00, 0.050 s/frame

        """)
  }

  @Test func bar() {
    let text = output(.bar, secondsPerFrame: 3000)
    #expect(text.contains("\r[##############----------]  3/5 frames, 3000.00 s/frame, 1:40:00 left\u{1b}[K"))
    #expect(text.hasSuffix("\r\u{1b}[K5/5 frames, 3 rendered in 2:30:00, 3000.00 s/frame\n"))
  }

  @Test func json() throws {
    struct Event: Decodable {
      var event: String, frames: Int, found: Int?, done: Int?, rendered: Int?, secondsPerFrame: Double?,
        secondsLeft: Double?
    }
    let events = try output(.json, secondsPerFrame: 0.5).split(separator: "\n").map {
      try JSONDecoder().decode(Event.self, from: Data($0.utf8))
    }
    #expect(events.map(\.event) == ["begin"] + Array(repeating: "frame", count: 5) + ["end"])
    #expect(events[0].found == 2)
    #expect(events[1].secondsPerFrame == nil)
    #expect(events[3].done == 3 && events[3].rendered == 1)
    #expect(events[3].secondsPerFrame == 0.5 && events[3].secondsLeft == 1)
  }

  @Test func quiet() { #expect(output(.quiet, secondsPerFrame: 100) == "") }
}
