import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

/// Every sampler over a model that is a formula, held against diffusers step by step.
@Suite struct SchedulerTests {
  private static let model = Result { try FakeModel(Golden.manifest(in: "schedulers")["fake_model"]) }

  static func runs() throws -> [Golden] {
    try Golden.cases(in: "schedulers") { !$0.hasPrefix("table-") }
  }

  static func tables() throws -> [Golden] {
    try Golden.cases(in: "schedulers") { $0.hasPrefix("table-") }
  }

  @Test(arguments: try runs())
  func stepsLikeTheReference(_ golden: Golden) throws {
    let model = try Self.model.get()
    var sampler = try sampler(golden)
    check(try golden.difference(sampler.timesteps, from: "timesteps"))
    check(try golden.difference([sampler.initialNoiseScale], from: "init_noise_sigma"))
    if let count = golden.expected["sigmas"]?.shape[0] {
      let isFlow = sampler is FlowEuler || golden.json["scheduler"]["use_flow_sigmas"].bool ?? false
      let levels = (0..<count).map(sampler.noiseLevel)
      let sigmas = levels.map { isFlow ? $0.sigma : $0.sigma / $0.alpha }
      check(try golden.difference(sigmas, from: "sigmas"))
    }

    let begin = golden.json["begin"].int ?? 0
    let every = golden.json["subsampled"].int ?? 1
    let x0 = try golden.input("x0")
    var noises = golden.inputs["noise"] == nil ? [] : try golden.input("noise").rows[...]
    var x: NDArray
    if begin == 0 {
      x = weightedSum((sampler.initialNoiseScale, x0))
    } else if sampler is FlowEuler {
      // Diffusers' own has no add_noise, so data begin where they like.
      x = try golden.output("trajectory").rows[0]
    } else {
      x = sampler.addNoise(x0, try golden.input("noise2"), at: begin)
    }
    check(try golden.difference(x, from: "trajectory", row: 0))

    for i in begin..<sampler.timesteps.count {
      let input = sampler.modelInput(x, at: i)
      let output = model(input, at: sampler.timesteps[i])
      let denoised = sampler.denoised(output, at: i, from: x)
      x = sampler.step(output, at: i, from: x) { noises.popFirst() ?? NDArray(zeros: x.shape) }
      let step = i - begin
      if step.isMultiple(of: every) {
        check(try golden.difference(input, from: "model_inputs", row: step / every))
        // Churn adds noise within the step: the picture before it is another.
        if golden.expected["pred_x0"] != nil, golden.json["step"]["s_churn"].double == nil {
          check(try golden.difference(denoised, from: "pred_x0", row: step / every))
        }
      }
      if (step + 1).isMultiple(of: every) {
        check(try golden.difference(x, from: "trajectory", row: (step + 1) / every))
      }
    }
    #expect(noises.isEmpty, "the reference drew more noise")
  }

  @Test(arguments: try tables())
  func keepsTheTrainingSchedule(_ golden: Golden) throws {
    let schedule = try NoiseSchedule(SchedulerConfiguration(golden.json["config"]))
    check(try golden.difference(schedule.alphaBars, from: "alphas_cumprod"))
    check(try golden.difference(schedule.betas.map(Double.init), from: "betas"))
  }

  private func sampler(_ golden: Golden) throws -> any Sampler {
    let json = golden.json
    var configuration = SchedulerConfiguration(json["scheduler"])
    let settings = json["set_timesteps"]
    if let original = settings["original_inference_steps"].double {
      configuration = configuration.setting("original_inference_steps", .number(original))
    }
    let (sigmas, timesteps) = (
      settings["sigmas"].list.compactMap(\.double), settings["timesteps"].list.compactMap(\.double)
    )
    if json["scheduler"]["_class_name"].string == "FlowMatchEulerDiscreteScheduler" {
      return try FlowEuler(
        configuration, steps: settings["num_inference_steps"].int ?? sigmas.count,
        sigmas: sigmas.isEmpty ? nil : sigmas, mu: settings["mu"].double)
    }
    if !sigmas.isEmpty { return try Euler(configuration, sigmas: sigmas) }
    if !timesteps.isEmpty { return try Euler(configuration, timesteps: timesteps) }
    let steps = try #require(settings["num_inference_steps"].int)
    if let strength = settings["strength"].double {
      return try LCM(configuration, steps: steps, strength: strength)
    }
    let sampler = try configuration.sampler(steps: steps)
    let arguments = json["step"]
    if var ddim = sampler as? DDIM {
      ddim.eta = arguments["eta"].double ?? 0
      ddim.followsClippedPicture = arguments["use_clipped_model_output"].bool ?? false
      return ddim
    }
    if var euler = sampler as? Euler, let amount = arguments["s_churn"].double {
      let levels = (arguments["s_tmin"].double ?? 0)...(arguments["s_tmax"].double ?? .infinity)
      euler.churn = Euler.Churn(amount: amount, levels: levels, deviation: arguments["s_noise"].double ?? 1)
      return euler
    }
    return sampler
  }
}

extension SchedulerConfiguration {
  init(_ json: JSON) {
    self.init(json.object.mapValues(Value.init))
  }
}

extension SchedulerConfiguration.Value {
  init(_ json: JSON) {
    self =
      switch json {
      case .null: .null
      case .bool(let bool): .bool(bool)
      case .number(let number): .number(number)
      case .string(let string): .string(string)
      case .list(let list): .list(list.map(Self.init))
      case .object(let object): .object(object.mapValues(Self.init))
      }
  }
}

extension NDArray {
  /// The array's parts along its first dimension.
  var rows: [NDArray] {
    let size = count / shape[0]
    return (0..<shape[0]).map { NDArray(Array(values[$0 * size..<($0 + 1) * size]), shape: Array(shape.dropFirst())) }
  }
}
