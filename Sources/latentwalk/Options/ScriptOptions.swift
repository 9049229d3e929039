import ArgumentParser
import Foundation
import Scripts

/// What stands above a script for a film.
struct ScriptOptions: ParsableArguments {
  @OptionGroup var way: WayOptions
  @OptionGroup var mixing: MixOptions
  @OptionGroup var method: MethodOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var film: FilmOptions
  @OptionGroup var model: ModelOptions

  /// The script of that name or file, with the options put over it.
  func script(_ name: String) throws -> Script {
    var script = try model.presets.script(name)
    try way.apply(to: &script)
    mixing.apply(to: &script)
    try method.apply(to: &script)
    pictures.apply(to: &script)
    try film.apply(to: &script)
    model.apply(to: &script)
    try script.refuseConflict()
    return script
  }

  /// A script's name without folder and ending.
  static func title(_ name: String) -> String {
    URL(filePath: name).deletingPathExtension().lastPathComponent
  }
}

extension Script {
  /// Throws where options, put over what the script says, exclude each other or what it says.
  func refuseConflict() throws {
    guard let conflict else { return }
    throw Fault.usage("--\(conflict.key): found \(conflict.found); expected \(conflict.expected)")
  }
}
