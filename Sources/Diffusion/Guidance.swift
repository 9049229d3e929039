internal import Tensors

/// Classifier-free guidance (Ho and Salimans, 2022, equation 6): away from what the negative prompt predicts.
///
/// `rescale` mixes back the prompt prediction's standard deviation, picture by picture (Lin et al., 2024, section 3.4).
func guided(negative u: NDArray, prompt c: NDArray, scale: Double, rescale: Double) -> NDArray {
  var result = u
  let scale = Float(scale)
  for i in result.values.indices { result.values[i] += scale * (c.values[i] - u.values[i]) }
  guard rescale > 0 else { return result }
  let size = c.count / c.shape[0]
  for start in stride(from: 0, to: c.count, by: size) {
    let picture = start..<start + size
    let ratio = deviation(c.values[picture]) / deviation(result.values[picture])
    let factor = Float(rescale * ratio + 1 - rescale)
    for i in picture { result.values[i] *= factor }
  }
  return result
}

/// The sample standard deviation.
private func deviation(_ values: ArraySlice<Float>) -> Double {
  let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
  let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  return (squares / Double(values.count - 1)).squareRoot()
}
