internal import Walk
internal import Yams

extension ScriptSource {
  /// A number of that kind, or a formula that gives one for every frame.
  func quantity(_ key: String, as kind: Kind<Double>, _ table: Table) throws(ScriptError) -> Quantity? {
    guard let node = table[key]?.value, case .scalar(let scalar) = node, node.isText else {
      return try table.read(key, as: kind).map(Quantity.constant)
    }
    do {
      return Quantity(try Formula(scalar.string))
    } catch {
      throw ScriptError(
        file: file, place: place(of: error.character, in: key, table),
        found: "\(error.found) in the formula of `\(key)`", expected: error.expected)
    }
  }
}
