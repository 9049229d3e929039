package import Foundation

/// The scripts and models that ship.
package struct Presets: Sendable {
  /// Holds `*.yaml` and `models/`.
  package let folder: URL

  /// The variable that names another folder.
  package static let variable = "LATENTWALK_PRESETS"

  /// Finds the folder: `path` where given, else what `LATENTWALK_PRESETS` names, else
  /// `../share/latentwalk/Presets` beside the executable, else `Presets` of the checkout that it was built in.
  package init(
    at path: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
    executable: URL = Presets.executable
  ) throws(ScriptError) {
    if let named = path ?? environment[Self.variable] {
      folder = URL(filePath: named, directoryHint: .isDirectory)
      guard isFolder(folder) else {
        let origin = path == nil ? " (from \(Self.variable))" : ""
        throw ScriptError(missing: named, found: "no such folder\(origin)", expected: "the folder of the presets")
      }
      return
    }
    let places = Self.places(around: executable)
    guard let folder = places.first(where: isFolder) else {
      throw ScriptError(
        missing: "presets", found: "none in \(places[0].path)",
        expected: "them there, or their folder as --presets or \(Self.variable)")
    }
    self.folder = folder
  }

  /// Where this program is.
  package static var executable: URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
  }

  private static func places(around executable: URL) -> [URL] {
    let bin = executable.deletingLastPathComponent()
    let installed = bin.appending(path: "../share/latentwalk/Presets").standardized
    let folders = sequence(first: bin) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
    let checkouts = folders.filter { FileManager.default.fileExists(atPath: $0.appending(path: "Package.swift").path) }
    return [installed] + checkouts.map { $0.appending(path: "Presets") }
  }

  /// The names of the scripts, in alphabetical order.
  package var scripts: [String] {
    names(in: folder) { $0.pathExtension == "yaml" }.map { String($0.dropLast(".yaml".count)) }
  }

  /// The names of the models, in alphabetical order.
  package var models: [String] {
    names(in: folder.appending(path: "models")) { isFolder($0) }
  }

  /// The file of a script, by name.
  package func script(_ name: String) throws(ScriptError) -> URL {
    try lookUp(name, "script", among: scripts, as: { folder.appending(path: $0 + ".yaml") })
  }

  /// What a script says about itself: its first line, where that is a comment.
  package func about(_ name: String) throws(ScriptError) -> String? {
    let text = try? String(contentsOf: script(name), encoding: .utf8)
    guard let line = text?.prefix(while: { !$0.isNewline }), line.hasPrefix("# ") else { return nil }
    return String(line.dropFirst(2))
  }

  /// The folder of a model, by name.
  package func model(_ name: String) throws(ScriptError) -> URL {
    try lookUp(name, "model", among: models, as: { folder.appending(path: "models/\($0)") })
  }

  private func lookUp(
    _ name: String, _ what: String, among names: [String], as place: (String) -> URL
  ) throws(ScriptError) -> URL {
    guard names.contains(name) else {
      let hint = nearest(name, in: names).map { "; did you mean \($0)?" } ?? ""
      let choice = names.isEmpty ? "none ships" : "one of \(names.joined(separator: ", "))"
      throw ScriptError(
        missing: name.clipped, found: "no \(what) of this name in \(folder.path)",
        expected: "\(choice), or a path with a slash\(hint)")
    }
    return place(name)
  }

  private func names(in folder: URL, where isWanted: (URL) -> Bool) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return all.filter { !$0.lastPathComponent.hasPrefix(".") && isWanted($0) }.map(\.lastPathComponent).sorted()
  }
}

private func isFolder(_ url: URL) -> Bool {
  var folder: ObjCBool = false
  return FileManager.default.fileExists(atPath: url.path, isDirectory: &folder) && folder.boolValue
}
