import Walk

extension Work {
  /// `1,480 steps instead of 2,600 (43% fewer)`, `unit` being what is counted.
  func comparison(in unit: String) -> String {
    let share = (100 * abs(1 - Double(evaluations) / Double(plain))).rounded()
    let difference = evaluations == plain ? "as many" : "\(Int(share))% \(evaluations > plain ? "more" : "fewer")"
    return "\(evaluations.grouped) \(unit) instead of \(plain.grouped) (\(difference))"
  }

  /// How often the network is asked, beside the plain walk where that is another.
  func told(of method: Method) -> String {
    method == .walk ? "\(evaluations.grouped) times" : comparison(in: "times")
  }
}
