import Walk

extension Work {
  /// `1,480 instead of 2,600 (43% fewer)`.
  var comparison: String {
    let share = (100 * abs(1 - Double(evaluations) / Double(plain))).rounded()
    let difference = evaluations == plain ? "as many" : "\(Int(share))% \(evaluations > plain ? "more" : "fewer")"
    return "\(evaluations.grouped) instead of \(plain.grouped) (\(difference))"
  }
}
