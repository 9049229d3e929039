import Diffusion
import Foundation
import Render
import Scripts
import Walk

/// Renders films one after another; a model that several share is loaded once.
final class Projector {
  private let options: ModelOptions
  private let film: FilmOptions
  private var loaded: (folder: URL, engine: Engine)?
  /// Made with the first film: until then, Ctrl-C ends the process at once.
  private lazy var interruption = Interruption(signals: true)

  init(_ options: ModelOptions, _ film: FilmOptions) {
    self.options = options
    self.film = film
  }

  /// Makes a film, or a part of it; says whether anything was left to do.
  @discardableResult
  func render(_ work: Film, _ part: Film.Part = .whole, strip: StripOption? = nil) throws -> Bool {
    try keepApart([work.url, strip?.file], from: work.script.files)
    let folder = try options.presets.model(work.script.model)
    let engine = try engine(for: folder)
    return try work.render(part, by: engine, of: folder, film, strip: strip, interruption: interruption)
  }

  private func engine(for folder: URL) throws -> Engine {
    if let loaded, loaded.folder == folder { return loaded.engine }
    loaded = nil
    let engine = try options.load(folder)
    loaded = (folder, engine)
    return engine
  }
}
