/// The candidate that a misspelt word most likely means; nil where none is near.
///
/// `candidates` is searched by edit distance with swaps; a third of the word's letters may differ.
package func nearest(_ word: String, in candidates: [String]) -> String? {
  guard word.count <= 40 else { return nil }
  let near = candidates.map { (name: $0, distance: editDistance(word.lowercased(), $0.lowercased())) }
    .filter { $0.distance <= max(1, min(word.count, $0.name.count) / 3) }
  return near.min { $0.distance < $1.distance }?.name
}

/// The least number of letters to insert, drop, replace or swap with their neighbour (optimal string alignment).
private func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  var rows = [Array(0...b.count)]
  for i in 1..<(a.count + 1) {
    var row = [i]
    for j in 1..<(b.count + 1) {
      var least = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { least = min(least, rows[i - 2][j - 2] + 1) }
      row.append(least)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
