package import Walk

extension ScriptSource {
  /// The method that a script names, with the options that stand under its name.
  func method(_ table: Table) throws(ScriptError) -> Method {
    let name = try table.read("method", as: .choice) ?? Method.Name.walk
    for other in Method.Name.allCases where other != name && table[other.rawValue] != nil {
      throw table.fault(
        at: other.rawValue, found: "`\(other.rawValue)` with the method \(name.rawValue)",
        expected: "`method: \(other.rawValue)`, or no options of it")
    }
    let method = Method(name)
    guard let options = table[name.rawValue]?.value else { return method }
    return try method.reading(options, file: file)
  }
}

extension Method {
  /// The method with options written as in a script, such as `depth: 0.4, branches: 12`; the others stay as they are.
  package func reading(_ options: String, named name: String) throws(ScriptError) -> Method {
    try ScriptSource(options: options, named: name).withTree { root throws(ScriptError) in
      try reading(root, file: name)
    }
  }
}
