import Diffusion
import Foundation
import Tensors

/// Our side of `Benchmarks/bench.py`: loads a model, then does what each line on standard input asks for and answers
/// with a line of JSON.
///
///     benchmark MODEL fp32|bf16 THREADS
///     ceiling                 the fastest product of two matrices of 2048 x 2048, in GFLOP/s
///     text                    encodes two rows of tokens
///     unet SIDE OUTPUT        one guided step on a latent of SIDE x SIDE cells, inputs as in bench.py
///     vae SIDE OUTPUT         decodes one latent
///     first SIDE              encodes two prompts and takes the first step from noise
///     picture SEED STEPS OUTPUT [SHORTCUT…]   a picture of the model's size, with shortcuts such as 0.2..0.8 and deep:3
///     steps COUNT [SHORTCUT…]               the steps of such a picture, encoding included
///     walk FRAMES STEPS       a whole walk between two prompts at the model's size
///     profile COMMAND         does that, and answers where the time went
@main
struct Benchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let precision = Precision(rawValue: arguments[2]), let threads = Int(arguments[3])
    else { fail("usage: benchmark MODEL fp32|bf16 THREADS") }
    var work: Work?
    let load = try ContinuousClock().measure {
      work = try Work(URL(fileURLWithPath: arguments[1]), precision, threads: threads)
    }
    answer(["seconds": load.seconds])
    while let line = readLine() {
      var words = line.split(separator: " ").map(String.init)
      if words.first == "profile" {
        words.removeFirst()
        let spent = try Profile.collect { _ = try work!.perform(words) }
        answer(["profile": spent.map(row)])
      } else {
        answer(try work!.perform(words))
      }
    }
  }

  private static func row(_ work: Profile.Work, _ spent: Profile.Spent) -> [String: Any] {
    [
      "kind": work.kind.rawValue, "sizes": work.sizes, "calls": spent.calls, "seconds": spent.time.seconds,
      "gflop": Double(work.flops * spent.calls) / 1e9,
    ]
  }

  /// What was found, with the memory that it took so far.
  private static func answer(_ found: [String: Any]) {
    let found = found.merging(["peak_mb": peakMemory() / 1024]) { a, _ in a }
    guard let line = try? JSONSerialization.data(withJSONObject: found, options: [.sortedKeys]) else {
      fail("benchmark: no JSON of \(found)")
    }
    FileHandle.standardOutput.write(line + Data("\n".utf8))
  }

  /// The largest resident set so far, in kilobytes. (`getrusage` would count what ran before this program.)
  private static func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
  }

  static func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(64)
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
