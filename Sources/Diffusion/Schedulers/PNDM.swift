package import Tensors

/// Pseudo numerical methods (Liu et al. 2022): Runge–Kutta for the first three steps unless the
/// configuration skips them, then the linear multistep method of order four.
package struct PNDM: AlphaSampler {
  let track: AlphaTrack
  let prediction: Prediction
  let clipping: Clipping
  /// How many evaluations the Runge–Kutta steps take.
  private let rungeKuttaCount: Int

  private var evaluation = 0
  /// The model's last outputs, the newest first.
  private var outputs: [NDArray] = []
  /// What Runge–Kutta has gathered of the step's output so far.
  private var gathered: NDArray?
  /// The latent at the start of the step that is under way.
  private var start: NDArray?

  package var memory: [NDArray] {
    get { outputs + [gathered, start].compactMap(\.self) }
    set {
      var rest = newValue.dropFirst(outputs.count)
      outputs = Array(newValue.prefix(outputs.count))
      gathered = gathered == nil ? nil : rest.popFirst()
      start = start == nil ? nil : rest.popFirst()
    }
  }

  package init(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) {
    let schedule = try NoiseSchedule(configuration, zeroTerminal: false)
    prediction = try Prediction(configuration, .pndm, among: [.epsilon, .velocity])
    let reachesOne = try configuration["set_alpha_to_one"] ?? false
    let plain = try AlphaTrack(configuration, schedule, steps: steps, prediction, reachesOne: reachesOne)
    let skips = try configuration["skip_prk_steps"] ?? false
    guard skips || steps > 3 else {
      throw SchedulerError("steps", found: "\(steps)", expected: "at least 4 for pndm with skip_prk_steps false")
    }
    let rungeKutta = skips ? [] : rungeKuttaTimes(plain.timesteps, stride: plain.stride)
    let multistep = skips ? multistepTimes(plain.timesteps) : Array(plain.timesteps.dropFirst(3))
    track = try AlphaTrack(
      timesteps: rungeKutta + multistep, schedule, steps: steps, prediction, reachesOne: reachesOne)
    clipping = try Clipping(configuration, clips: nil, thresholds: false)
    rungeKuttaCount = rungeKutta.count
  }

  package mutating func step(_ output: NDArray, at i: Int, from x: NDArray, noise: () -> NDArray) -> NDArray {
    defer { evaluation += 1 }
    return evaluation < rungeKuttaCount
      ? rungeKuttaStep(output, at: i, from: x) : multistep(output, at: i, from: x)
  }

  private mutating func rungeKuttaStep(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray {
    let stage = evaluation % 4
    if stage == 0 {
      remember(output)
      start = x
      gathered = nil
    }
    let share = stage == 0 || stage == 3 ? 1.0 / 6 : 1.0 / 3
    let sum = gathered.map { weightedSum((1, $0), (share, output)) } ?? weightedSum((share, output))
    gathered = sum
    let time = Int(timesteps[i])
    let from = Int(timesteps[i - stage])
    let to = stage.isMultiple(of: 2) ? time - track.stride / 2 : time
    return transfer(start ?? x, from: from, to: to, by: stage == 3 ? sum : output)
  }

  private mutating func multistep(_ output: NDArray, at i: Int, from x: NDArray) -> NDArray {
    let time = Int(timesteps[i])
    // The second evaluation improves the first step, from its start to where it arrived.
    if evaluation == 1, let first = outputs.first, let start {
      self.start = nil
      let mean = weightedSum((0.5, output), (0.5, first))
      return transfer(start, from: time + track.stride, to: time, by: mean)
    }
    remember(output)
    if evaluation == 0 { start = x }
    let weights: [Double] =
      switch outputs.count {
      case 1: [1]
      case 2: [3 / 2, -1 / 2]
      case 3: [23 / 12, -16 / 12, 5 / 12]
      default: [55 / 24, -59 / 24, 37 / 24, -9 / 24]
      }
    let mean = weightedSum(zip(weights, outputs).map { ($0, $1) })
    return transfer(x, from: time, to: time - track.stride, by: mean)
  }

  private mutating func remember(_ output: NDArray) {
    outputs = [output] + outputs.prefix(3)
  }

  /// Equation 9 of the paper: the latent carried from one training time to another along the noise.
  private func transfer(_ x: NDArray, from: Int, to: Int, by output: NDArray) -> NDArray {
    let (ᾱ, ᾱTo) = (track.alphaBar(at: from), track.alphaBar(at: to))
    let noise = prediction.noise(output, from: x, at: .preserving(alphaBar: ᾱ))
    let share = ᾱ * (1 - ᾱTo).squareRoot() + (ᾱ * (1 - ᾱ) * ᾱTo).squareRoot()
    return weightedSum(((ᾱTo / ᾱ).squareRoot(), x), ((ᾱ - ᾱTo) / share, noise))
  }
}

/// Four evaluations a step: at its start, twice half-way, and at its end, which is the next one's start.
private func rungeKuttaTimes(_ times: [Double], stride: Int) -> [Double] {
  let half = Double(stride / 2)
  return times.prefix(4).adjacentPairs.flatMap { start, end in [start, end + half, end + half, end] }
}

/// The second time twice: the first step is improved before the run goes on.
private func multistepTimes(_ times: [Double]) -> [Double] {
  times.count < 2 ? times : [times[0], times[1]] + times.dropFirst()
}

extension ArraySlice {
  fileprivate var adjacentPairs: Zip2Sequence<ArraySlice, ArraySlice> { zip(self, dropFirst()) }
}
