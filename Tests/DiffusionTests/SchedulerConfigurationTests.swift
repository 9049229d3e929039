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
    let multistep = Self.configuration(["_class_name": .string("DPMSolverMultistepScheduler")])
    let own = try multistep.setting("use_karras_sigmas", .bool(true)).sampler(steps: 7)
    #expect(karras.timesteps == own.timesteps)
    #expect(karras.timesteps != (try multistep.sampler(steps: 7).timesteps))
  }

  /// A run's levels, and where it comes to over a model that is a formula.
  private static func run(_ sampler: any Sampler) -> [Float] {
    var sampler = sampler
    var noise = NoiseGenerator(seed: 4)
    var x = weightedSum((sampler.initialNoiseScale, noise.next(shape: [1, 1, 2, 2])))
    var seen: [Float] = sampler.timesteps.map(Float.init)
    for i in sampler.timesteps.indices {
      let output = weightedSum((cos(sampler.timesteps[i]), sampler.modelInput(x, at: i)))
      x = sampler.step(output, at: i, from: x) { noise.next(shape: x.shape) }
      seen += x.values
    }
    return seen
  }

  /// What a model's own scheduler may be set to.
  static let settings: [[String: SchedulerConfiguration.Value]] = [
    ["use_karras_sigmas": .bool(true)], ["use_exponential_sigmas": .bool(true)], ["use_beta_sigmas": .bool(true)],
    ["use_lu_lambdas": .bool(true)], ["algorithm_type": .string("sde-dpmsolver++")],
    ["algorithm_type": .string("dpmsolver"), "final_sigmas_type": .string("zero")],
    ["use_karras_sigmas": .bool(true), "algorithm_type": .string("sde-dpmsolver++"), "solver_type": .string("heun")],
  ]

  /// A name says which levels and which algorithm: `dpmpp-2m` is no other over a model that wants Karras's levels.
  @Test(arguments: SchedulerKind.allCases, settings)
  func aNameStandsAboveTheModelsOwnScheduler(
    _ kind: SchedulerKind, _ settings: [String: SchedulerConfiguration.Value]
  ) throws {
    let plain = Self.configuration(for: kind)
    let set = SchedulerConfiguration(plain.values.merging(settings) { $1 })
    #expect(try Self.run(set.sampler(kind, steps: 6)) == Self.run(plain.sampler(kind, steps: 6)))
  }

  @Test(arguments: [SchedulerKind.dpmpp2M, .dpmpp2MKarras, .dpmpp2MSDE, .dpmpp2S], [1, 3])
  func twoInANameIsTheOrder(_ kind: SchedulerKind, order: Int) throws {
    let set = Self.configuration(["solver_order": .number(Double(order))])
    #expect(try Self.run(set.sampler(kind, steps: 6)) == Self.run(Self.configuration().sampler(kind, steps: 6)))
  }

  @Test func aModelsOwnSchedulerKeepsItsSettingsAndHasItsName() throws {
    let classes = [
      ("DPMSolverMultistepScheduler", SchedulerKind.dpmpp2M), ("EulerDiscreteScheduler", .euler),
      ("HeunDiscreteScheduler", .heun), ("LMSDiscreteScheduler", .lms), ("UniPCMultistepScheduler", .unipc),
      ("DPMSolverSinglestepScheduler", .dpmpp2S),
    ]
    for (name, kind) in classes {
      let plain = Self.configuration(["_class_name": .string(name)])
      let karras = plain.setting("use_karras_sigmas", .bool(true))
      #expect(try Self.run(plain.sampler(steps: 6)) == Self.run(plain.sampler(kind, steps: 6)))
      #expect(try karras.sampler(steps: 6).timesteps != plain.sampler(steps: 6).timesteps)
      #expect(try SchedulerKind(of: plain) == kind)
    }
    let multistep = Self.configuration(["_class_name": .string("DPMSolverMultistepScheduler")])
    for kind in [SchedulerKind.dpmpp2M, .dpmpp2MKarras, .dpmpp2MSDE, .dpmpp2MSDEKarras] {
      let isStochastic = kind.rawValue.contains("sde")
      let set = multistep.setting("use_karras_sigmas", kind.rawValue.contains("karras") ? .bool(true) : .null)
        .setting("algorithm_type", .string(isStochastic ? "sde-dpmsolver++" : "dpmsolver++"))
      #expect(try SchedulerKind(of: set) == kind)
      #expect(try Self.run(set.sampler(steps: 6)) == Self.run(multistep.sampler(kind, steps: 6)))
    }
    let other = multistep.setting("algorithm_type", .string("dpmsolver")).setting(
      "final_sigmas_type", .string("sigma_min"))
    #expect(try SchedulerKind(of: other) == .dpmpp2M)
    #expect(try Self.run(other.sampler(steps: 6)) != Self.run(other.sampler(.dpmpp2M, steps: 6)))
  }

  /// Over any model and any number of steps a name gives a run of numbers, or says in one line why not.
  @Test(arguments: SchedulerKind.allCases, ["epsilon", "v_prediction", "sample", "flow_prediction"])
  func everyNameRunsOrIsRefused(_ kind: SchedulerKind, prediction: String) throws {
    for (spacing, zeroTerminal) in ["leading", "linspace", "trailing"].flatMap({ [($0, false), ($0, true)] }) {
      let configuration = Self.configuration([
        "prediction_type": .string(prediction), "timestep_spacing": .string(spacing),
        "rescale_betas_zero_snr": .bool(zeroTerminal), "steps_offset": .number(1), "clip_sample": .bool(false),
      ])
      for steps in [1, 2, 3, 4, 5, 8, 50, 51, 1000] {
        do {
          let seen = try Self.run(configuration.sampler(kind, steps: steps))
          #expect(seen.allSatisfy { $0.isFinite }, "\(steps) steps, \(spacing), zero terminal \(zeroTerminal)")
        } catch {
          #expect(!error.description.contains("\n"))
        }
      }
    }
  }

  /// With `skip_prk_steps` false PNDM needs four steps: no reason to refuse the model.
  @Test func aModelIsNotRefusedForASchedulerOfManySteps() throws {
    let folder = try ScratchFolder()
    let model = try folder.copyModel(Golden.ours.appending(path: "models/tiny-sd15"), part: "vae", [])
    try folder.write(
      #"{"_class_name": "PNDMScheduler", "skip_prk_steps": false}"#, to: "model/scheduler/scheduler_config.json")
    let engine = try Engine(model: model, precision: .fp32)
    #expect(throws: SchedulerError.self) { try engine.sampler(steps: 3) }
    #expect(try engine.sampler(steps: 4).timesteps.count > 4)
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

  private static func multistep(
    _ more: [String: SchedulerConfiguration.Value]
  ) -> [String: SchedulerConfiguration.Value] {
    more.merging(["_class_name": .string("DPMSolverMultistepScheduler")]) { $1 }
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
      testDescription: "two spacings of sigmas",
      changes: [
        "_class_name": .string("HeunDiscreteScheduler"), "use_karras_sigmas": .bool(true),
        "use_beta_sigmas": .bool(true),
      ],
      says: ["use_karras_sigmas", "use_beta_sigmas"]),
    Refusal(
      testDescription: "algorithm", changes: multistep(["algorithm_type": .string("deis")]),
      says: ["algorithm_type", "deis", "dpmsolver++"]),
    Refusal(
      testDescription: "order", changes: multistep(["solver_order": .number(4)]), says: ["solver_order", "4"]),
    Refusal(
      testDescription: "order 0", kind: .unipc, changes: ["solver_order": .number(0)], says: ["solver_order", "0"]),
    Refusal(
      testDescription: "stochastic order",
      changes: multistep(["solver_order": .number(3), "algorithm_type": .string("sde-dpmsolver++")]),
      says: ["solver_order", "3", "sde-dpmsolver++"]),
    Refusal(
      testDescription: "noise to zero", changes: multistep(["algorithm_type": .string("dpmsolver")]),
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
      testDescription: "no smallest sigma",
      changes: [
        "_class_name": .string("EulerDiscreteScheduler"), "sigma_min": .number(0),
        "use_exponential_sigmas": .bool(true),
      ], says: ["sigma_min 0"]),
    Refusal(
      testDescription: "sigmas upside down",
      changes: [
        "_class_name": .string("UniPCMultistepScheduler"), "sigma_min": .number(3), "sigma_max": .number(2),
        "use_karras_sigmas": .bool(true),
      ],
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
