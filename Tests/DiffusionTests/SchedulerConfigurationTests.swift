import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing

/// What a model's configuration and the command line may ask of a scheduler, and what is refused.
@Suite struct SchedulerConfigurationTests {
  static let training: [String: SchedulerConfiguration.Value] = [
    "beta_start": .number(0.00085), "beta_end": .number(0.012), "beta_schedule": .string("scaled_linear"),
  ]

  static func configuration(_ more: [String: SchedulerConfiguration.Value] = [:]) -> SchedulerConfiguration {
    SchedulerConfiguration(training.merging(more) { $1 })
  }

  /// Of a model that the scheduler is made for.
  static func configuration(for kind: SchedulerKind) -> SchedulerConfiguration {
    configuration(kind == .flowEuler ? ["prediction_type": .string("flow_prediction")] : [:])
  }

  @Test func unknownNamesAreAnsweredWithTheKnown() {
    #expect(throws: SchedulerError.self) { try SchedulerKind(name: "eulerr") }
    let error = #expect(throws: SchedulerError.self) { try SchedulerKind(name: "eulerr") }
    for kind in SchedulerKind.allCases {
      #expect(error?.description.contains(kind.rawValue) ?? false)
    }
  }

  @Test(arguments: SchedulerKind.allCases)
  func everyKindHasItsName(_ kind: SchedulerKind) throws {
    #expect(try SchedulerKind(name: kind.rawValue) == kind)
    #expect(try SchedulerKind(name: kind.rawValue.uppercased()) == kind)
  }

  @Test(arguments: SchedulerKind.allCases)
  func everyKindRunsOverPlainTraining(_ kind: SchedulerKind) throws {
    var sampler = try Self.configuration(for: kind).sampler(kind, steps: 5)
    var x = NDArray([Float](repeating: 0.5, count: 8), shape: [1, 2, 2, 2])
    for i in sampler.timesteps.indices {
      x = sampler.step(x, at: i, from: x) { NDArray(zeros: x.shape) }
    }
    #expect(x.values.allSatisfy { $0.isFinite })
  }

  /// A copy made half-way and the run itself go on alike, neither disturbing the other.
  @Test(arguments: SchedulerKind.allCases)
  func aCopyGoesOnByItself(_ kind: SchedulerKind) throws {
    var trunk = try Self.configuration(for: kind).sampler(kind, steps: 6)
    let noise = NDArray([0.1, -0.2, 0.3, -0.4], shape: [1, 1, 2, 2])
    var x = noise
    let half = trunk.timesteps.count / 2
    func output(_ i: Int) -> NDArray { weightedSum((cos(Double(i)), noise)) }
    for i in 0..<half { x = trunk.step(output(i), at: i, from: x) { noise } }
    var branch = trunk
    var y = x
    for i in half..<trunk.timesteps.count { x = trunk.step(output(i), at: i, from: x) { noise } }
    for i in half..<branch.timesteps.count { y = branch.step(output(i), at: i, from: y) { noise } }
    #expect(x == y)
  }

  @Test func theConfigurationsClassIsTheDefault() throws {
    let configuration = Self.configuration(["_class_name": .string("UniPCMultistepScheduler")])
    #expect(try configuration.sampler(steps: 4) is UniPC)
    #expect(try configuration.sampler(.heun, steps: 4) is Heun)
  }

  /// A class's own default holds, where the file says nothing, whichever class the file names.
  @Test func defaultsAreThoseOfTheSampler() throws {
    let configuration = Self.configuration(["_class_name": .string("PNDMScheduler"), "steps_offset": .number(1)])
    #expect(try configuration.sampler(.ddim, steps: 4).timesteps == [751, 501, 251, 1])
    #expect(try configuration.sampler(.euler, steps: 4).timesteps == [999, 666, 333, 0])
  }

  @Test func karrasIsAChangeOfOneKey() throws {
    let karras = try Self.configuration().sampler(.dpmpp2MKarras, steps: 7)
    let same = try Self.configuration(["use_karras_sigmas": .bool(true)]).sampler(.dpmpp2M, steps: 7)
    #expect(karras.timesteps == same.timesteps)
    #expect(karras.timesteps != (try Self.configuration().sampler(.dpmpp2M, steps: 7).timesteps))
  }

  @Test func pythonsInfinitiesAreRead() throws {
    let json = Data(#"{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity}"#.utf8)
    let configuration = try SchedulerConfiguration(json: json)
    #expect(try configuration["lambda_min_clipped"] == -Double.infinity)
    #expect(try configuration.sampler(steps: 3).timesteps.count == 3)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var kind: SchedulerKind?
    var steps = 10
    var changes: [String: SchedulerConfiguration.Value]
    /// What the message must say.
    var says: [String]
  }

  static let refusals: [Refusal] = [
    Refusal(
      testDescription: "class", changes: ["_class_name": .string("EDMEulerScheduler")],
      says: ["_class_name", "EDMEulerScheduler", "DDIMScheduler"]),
    Refusal(testDescription: "no class", changes: [:], says: ["_class_name", "none"]),
    Refusal(
      testDescription: "betas", kind: .ddim, changes: ["beta_schedule": .string("sigmoid")],
      says: ["beta_schedule", "sigmoid", "scaled_linear"]),
    Refusal(
      testDescription: "negative beta", kind: .ddim, changes: ["beta_start": .number(-1)],
      says: ["beta_start", "-1", "between 0 and 1"]),
    Refusal(
      testDescription: "beta of one", kind: .ddim, changes: ["trained_betas": .list([.number(0.5), .number(1)])],
      says: ["trained_betas", "between 0 and 1"]),
    Refusal(
      testDescription: "trained betas", kind: .ddim, changes: ["trained_betas": .list([.number(0.5), .string("x")])],
      says: ["trained_betas", "a list of 2", "a number"]),
    Refusal(
      testDescription: "type", kind: .ddim, changes: ["num_train_timesteps": .string("many")],
      says: ["num_train_timesteps", "'many'", "a whole number"]),
    Refusal(
      testDescription: "too many training times", kind: .ddim, changes: ["num_train_timesteps": .number(1e12)],
      says: ["num_train_timesteps", "1000000000000"]),
    Refusal(
      testDescription: "fraction", kind: .ddim, changes: ["steps_offset": .number(0.5)],
      says: ["steps_offset", "0.5", "a whole number"]),
    Refusal(
      testDescription: "prediction", kind: .euler, changes: ["prediction_type": .string("score")],
      says: ["prediction_type", "score", "epsilon"]),
    Refusal(
      testDescription: "prediction of another kind", kind: .pndm, changes: ["prediction_type": .string("sample")],
      says: ["prediction_type", "sample", "pndm"]),
    Refusal(
      testDescription: "spacing", kind: .euler, changes: ["timestep_spacing": .string("random")],
      says: ["timestep_spacing", "random", "trailing"]),
    Refusal(
      testDescription: "two spacings of sigmas", kind: .heun,
      changes: ["use_karras_sigmas": .bool(true), "use_beta_sigmas": .bool(true)],
      says: ["use_karras_sigmas", "use_beta_sigmas"]),
    Refusal(
      testDescription: "algorithm", kind: .dpmpp2M, changes: ["algorithm_type": .string("deis")],
      says: ["algorithm_type", "deis", "dpmsolver++"]),
    Refusal(
      testDescription: "order", kind: .dpmpp2M, changes: ["solver_order": .number(4)], says: ["solver_order", "4"]),
    Refusal(
      testDescription: "order 0", kind: .unipc, changes: ["solver_order": .number(0)], says: ["solver_order", "0"]),
    Refusal(
      testDescription: "stochastic order", kind: .dpmpp2MSDE, changes: ["solver_order": .number(3)],
      says: ["solver_order", "3", "sde-dpmsolver++"]),
    Refusal(
      testDescription: "noise to zero", kind: .dpmpp2M, changes: ["algorithm_type": .string("dpmsolver")],
      says: ["final_sigmas_type", "sigma_min"]),
    Refusal(
      testDescription: "learned variance", kind: .ddpm, changes: ["variance_type": .string("learned_range")],
      says: ["variance_type", "learned_range", "fixed_small"]),
    Refusal(
      testDescription: "dynamic shifting", kind: .unipc, changes: ["use_dynamic_shifting": .bool(true)],
      says: ["use_dynamic_shifting", "true"]),
    Refusal(
      testDescription: "pure noise shows no picture", kind: .ddim,
      changes: ["rescale_betas_zero_snr": .bool(true), "timestep_spacing": .string("trailing")],
      says: ["rescale_betas_zero_snr", "v_prediction"]),
    Refusal(
      testDescription: "no smallest sigma", kind: .euler,
      changes: ["sigma_min": .number(0), "use_exponential_sigmas": .bool(true)], says: ["sigma_min 0"]),
    Refusal(
      testDescription: "sigmas upside down", kind: .unipc,
      changes: ["sigma_min": .number(3), "sigma_max": .number(2), "use_karras_sigmas": .bool(true)],
      says: ["sigma_max 2", "sigma_min 3"]),
    Refusal(
      testDescription: "flow shift", kind: .unipc,
      changes: [
        "flow_shift": .number(0), "use_flow_sigmas": .bool(true), "prediction_type": .string("flow_prediction"),
      ],
      says: ["flow_shift", "0"]),
    Refusal(
      testDescription: "flow for a model of noise", kind: .flowEuler, changes: [:],
      says: ["prediction_type", "epsilon", "flow-euler supports: flow_prediction"]),
    Refusal(
      testDescription: "noise for a model of flow", kind: .ddim,
      changes: ["_class_name": .string("FlowMatchEulerDiscreteScheduler")],
      says: ["prediction_type", "flow_prediction", "ddim supports: epsilon"]),
    Refusal(
      testDescription: "flow shift",
      changes: [
        "_class_name": .string("FlowMatchEulerDiscreteScheduler"), "shift": .number(0),
      ], says: ["shift", "0", "above 0"]),
    Refusal(
      testDescription: "flow without its shift",
      changes: [
        "_class_name": .string("FlowMatchEulerDiscreteScheduler"), "use_dynamic_shifting": .bool(true),
      ], says: ["use_dynamic_shifting", "true"]),
    Refusal(
      testDescription: "inverted flow",
      changes: [
        "_class_name": .string("FlowMatchEulerDiscreteScheduler"), "invert_sigmas": .bool(true),
      ], says: ["invert_sigmas", "true"]),
    Refusal(testDescription: "no steps", kind: .euler, steps: 0, changes: [:], says: ["steps", "0", "1000"]),
    Refusal(testDescription: "negative steps", kind: .unipc, steps: -3, changes: [:], says: ["steps", "-3"]),
    Refusal(
      testDescription: "too many steps", kind: .ddim, steps: 1001, changes: [:], says: ["steps", "1001", "1000"]),
    Refusal(
      testDescription: "offset behind the end", kind: .ddim, steps: 1000, changes: ["steps_offset": .number(1)],
      says: ["1000 steps", "steps_offset 1"]),
    Refusal(
      testDescription: "huge offset", kind: .pndm, changes: ["steps_offset": .number(1e15)], says: ["steps_offset"]),
    Refusal(
      testDescription: "few steps for Runge-Kutta", kind: .pndm, steps: 3, changes: [:], says: ["steps", "3", "4"]),
    Refusal(testDescription: "more steps than distilled", kind: .lcm, steps: 51, changes: [:], says: ["51", "50"]),
    Refusal(
      testDescription: "no distilled steps", kind: .lcm, changes: ["original_inference_steps": .number(0)],
      says: ["original_inference_steps", "0"]),
  ]

  @Test(arguments: refusals)
  func isRefusedByName(_ refusal: Refusal) throws {
    let configuration = Self.configuration(refusal.changes)
    let error = #expect(throws: SchedulerError.self) {
      _ = try configuration.sampler(refusal.kind, steps: refusal.steps)
    }
    let message = try #require(error).description
    #expect(refusal.says.allSatisfy { message.contains($0) }, "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test(arguments: [[], [5], [1, 2, 3], [3, 3], [3, -1], [.nan, 1], [2000, 1]])
  func aRunOfTheCallersOwnFalls(_ timesteps: [Double]) {
    let configuration = Self.configuration()
    #expect(throws: SchedulerError.self) { try Euler(configuration, timesteps: timesteps) }
    #expect(throws: SchedulerError.self) { try Euler(configuration, sigmas: timesteps.map { $0 * 1e40 }) }
  }

  @Test(arguments: ["", "[]", "{", "{\"a\": }", "\u{0}"])
  func textThatIsNoConfigurationIsRefused(_ text: String) {
    #expect(throws: SchedulerError.self) { try SchedulerConfiguration(json: Data(text.utf8)) }
  }

  @Test func strengthDecidesWhereARunBegins() throws {
    let ddim = try Self.configuration().sampler(.ddim, steps: 10)
    #expect(ddim.begin(steps: 10, strength: 1) == 0)
    #expect(ddim.begin(steps: 10, strength: 0.6) == 4)
    #expect(ddim.begin(steps: 10, strength: 0) == 10)
    let heun = try Self.configuration().sampler(.heun, steps: 10)
    #expect(heun.begin(steps: 10, strength: 0.6) == 8)
  }
}
