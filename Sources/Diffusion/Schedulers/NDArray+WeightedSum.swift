package import Tensors

/// a·x + b·y + …, added in double precision and rounded once. A term of weight zero does not
/// count, whatever it holds.
package func weightedSum(_ terms: (Double, NDArray)...) -> NDArray {
  weightedSum(terms)
}

package func weightedSum(_ terms: [(Double, NDArray)]) -> NDArray {
  let shape = terms[0].1.shape
  var sums = [Double](repeating: 0, count: terms[0].1.count)
  for (weight, array) in terms where weight != 0 {
    precondition(array.shape == shape, "\(array.shape) added to \(shape)")
    array.values.withUnsafeBufferPointer { values in
      for i in 0..<values.count { sums[i] += weight * Double(values[i]) }
    }
  }
  let values = [Float](unsafeUninitializedCapacity: sums.count) { buffer, filled in
    for i in 0..<sums.count { buffer[i] = Float(sums[i]) }
    filled = sums.count
  }
  return NDArray(values, shape: shape)
}
