package import Tensors

extension Golden {
  /// Nil if `found` is the expected tensor called `name` within its tolerance; otherwise what differs, where and by how much.
  package func difference(_ found: NDArray, from name: String) throws -> String? {
    let wanted = try output(name)
    guard found.shape == wanted.shape else {
      return "\(self) \(name): shape \(found.shape), expected \(wanted.shape)"
    }
    let tolerance = expected[name]?.tolerance ?? 0
    return difference(found.values.map(Double.init), wanted.values.map(Double.init), wanted.shape, name, tolerance)
  }

  /// The same of one step of a run: `found` is row `step` of the expected tensor called `name`.
  package func difference(_ found: NDArray, from name: String, row: Int) throws -> String? {
    let wanted = try output(name)
    let shape = Array(wanted.shape.dropFirst())
    guard found.shape == shape else {
      return "\(self) \(name)[\(row)]: shape \(found.shape), expected \(shape)"
    }
    let values = wanted.values[row * found.count..<(row + 1) * found.count].map(Double.init)
    let tolerance = expected[name]?.tolerance(ofStep: row) ?? 0
    return difference(found.values.map(Double.init), values, shape, "\(name)[\(row)]", tolerance)
  }

  /// The same for numbers in double precision, held to the tolerance for those.
  package func difference(_ found: [Double], from name: String) throws -> String? {
    let wanted = try outputDoubles(name)
    guard found.count == wanted.count else {
      return "\(self) \(name): \(found.count) numbers, expected \(wanted.count)"
    }
    let tensor = expected[name]
    return difference(found, wanted, tensor?.shape ?? [], name, tensor?.doubleTolerance ?? 0)
  }

  private func difference(
    _ found: [Double], _ wanted: [Double], _ shape: [Int], _ name: String, _ tolerance: Double
  ) -> String? {
    var (worst, place) = (0.0, 0)
    for i in found.indices where found[i] != wanted[i] {
      let error = abs(found[i] - wanted[i])
      // No number is larger than any error.
      let size = error.isNaN ? .infinity : error
      if size > worst { (worst, place) = (size, i) }
    }
    guard worst > tolerance else { return nil }
    return """
      \(self) \(name): off by \(worst) at \(indices(of: place, in: shape)), at most \(tolerance) allowed; \
      found \(found[place]), expected \(wanted[place])
      """
  }
}

/// The indices, in C order, of the `place`-th element of an array.
private func indices(of place: Int, in shape: [Int]) -> [Int] {
  var rest = place
  return shape.reversed().map { size in
    defer { rest /= size }
    return rest % size
  }.reversed()
}
