import ArgumentParser
import Scripts
import Walk

/// How the pictures between keyframes are made. What is not given is the script's.
struct MethodOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How the pictures between keyframes are made. (default: walk)", valueName: "name"))
  var method: Method.Name?

  @Option(
    help: ArgumentHelp(
      "Options of latent blending as a script has them, such as \"depth: 0.4, branches: 12\".", valueName: "options"))
  var blend: String?

  @Option(
    help: ArgumentHelp(
      "Options of attention interpolation as a script has them, such as \"variant: inner, warm-up: 0.3\".",
      valueName: "options"))
  var attention: String?

  func apply(to script: inout Script) throws {
    if let method, method != script.method.name { script.method = Method(method) }
    for (name, options) in [(Method.Name.blend, blend), (.attention, attention)] {
      guard let options else { continue }
      guard script.method.name == name else {
        throw Fault.usage(
          "--\(name.rawValue): found the method \(script.method.name.rawValue); expected it with --method \(name.rawValue)"
        )
      }
      do {
        script.method = try script.method.reading(options, named: "--\(name.rawValue)")
      } catch {
        throw Fault.usage("--\(name.rawValue): \(error.text)")
      }
    }
  }
}
