internal import Foundation

/// The `p`-quantile of the Beta(`a`, `b`) distribution, by bisection.
package func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
  var (low, high) = (0.0, 1.0)
  while true {
    let middle = (low + high) / 2
    if middle <= low || middle >= high { return p == 1 ? 1 : p == 0 ? 0 : middle }
    if regularizedBeta(middle, a, b) < p { low = middle } else { high = middle }
  }
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction
/// (Abramowitz and Stegun 26.5.8), evaluated from the front by Lentz's method.
private func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  // The fraction converges fast below the mean only.
  if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
  let logBeta: Double = lgamma(a) + lgamma(b) - lgamma(a + b)
  let front = exp(a * log(x) + b * log(1 - x) - logBeta) / a
  var (c, d) = (1.0, 1 / (1 - (a + b) * x / (a + 1)))
  var fraction = d
  for step in 1...200 {
    let m = Double(step)
    let width = a + 2 * m
    let even = m * (b - m) * x / ((width - 1) * width)
    let odd = -(a + m) * (a + b + m) * x / (width * (width + 1))
    for term in [even, odd] {
      d = 1 / (1 + term * d)
      c = 1 + term / c
      fraction *= c * d
    }
    if abs(c * d - 1) < 1e-15 { break }
  }
  return front * fraction
}
