/// A scheduler by the name that the command line knows.
public enum SchedulerKind: String, CaseIterable, Sendable {
  case ddim
  case ddpm
  case pndm
  case euler
  case eulerAncestral = "euler-a"
  case heun
  case lms
  case dpmpp2M = "dpmpp-2m"
  case dpmpp2MKarras = "dpmpp-2m-karras"
  case dpmpp2MSDE = "dpmpp-2m-sde"
  case dpmpp2MSDEKarras = "dpmpp-2m-sde-karras"
  case dpmpp2S = "dpmpp-2s"
  case unipc
  case lcm
  case flowEuler = "flow-euler"

  /// The scheduler called `name`. Throws an error that lists the names there are.
  public init(name: String) throws(SchedulerError) {
    guard let kind = Self(rawValue: name.lowercased()) else {
      throw SchedulerError(
        "scheduler", found: name, expected: "one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self = kind
  }

  /// Of each kind: the class that a model's configuration names, the sampler, and what the kind's name says.
  private var row: (className: String, sampler: any Sampler.Type, says: [String: SchedulerConfiguration.Value]) {
    switch self {
    case .ddim: ("DDIMScheduler", DDIM.self, [:])
    case .ddpm: ("DDPMScheduler", DDPM.self, [:])
    case .pndm: ("PNDMScheduler", PNDM.self, [:])
    case .euler: ("EulerDiscreteScheduler", Euler.self, Self.levels(karras: false))
    case .eulerAncestral: ("EulerAncestralDiscreteScheduler", EulerAncestral.self, [:])
    case .heun: ("HeunDiscreteScheduler", Heun.self, Self.levels(karras: false))
    case .lms: ("LMSDiscreteScheduler", LMS.self, Self.levels(karras: false))
    case .dpmpp2M: ("DPMSolverMultistepScheduler", DPMSolverMultistep.self, Self.dpmpp2(.picture, karras: false))
    case .dpmpp2MKarras: ("DPMSolverMultistepScheduler", DPMSolverMultistep.self, Self.dpmpp2(.picture, karras: true))
    case .dpmpp2MSDE:
      ("DPMSolverMultistepScheduler", DPMSolverMultistep.self, Self.dpmpp2(.stochasticPicture, karras: false))
    case .dpmpp2MSDEKarras:
      ("DPMSolverMultistepScheduler", DPMSolverMultistep.self, Self.dpmpp2(.stochasticPicture, karras: true))
    case .dpmpp2S: ("DPMSolverSinglestepScheduler", DPMSolverSinglestep.self, Self.dpmpp2(.picture, karras: false))
    case .unipc: ("UniPCMultistepScheduler", UniPC.self, Self.levels(karras: false))
    case .lcm: ("LCMScheduler", LCM.self, [:])
    case .flowEuler: (FlowEuler.className, FlowEuler.self, Self.levels(karras: false))
    }
  }

  /// A name says how the noise levels are spread: by Karras's rule, or those of the training times.
  private static func levels(karras: Bool) -> [String: SchedulerConfiguration.Value] {
    [
      "use_karras_sigmas": .bool(karras), "use_exponential_sigmas": .bool(false), "use_beta_sigmas": .bool(false),
      "use_lu_lambdas": .bool(false),
    ]
  }

  /// DPM++ of the second order, as k-diffusion's names have it: the midpoint rule.
  private static func dpmpp2(
    _ algorithm: DPMSolver.Algorithm, karras: Bool
  ) -> [String: SchedulerConfiguration.Value] {
    [
      "algorithm_type": .string(algorithm.rawValue), "solver_order": .number(2),
      "solver_type": .string(DPMSolver.Variant.midpoint.rawValue),
    ].merging(levels(karras: karras)) { $1 }
  }

  /// The scheduler that a model's configuration names: of several of one class the one whose levels and algorithm it
  /// has, or the plain one where none has them.
  package init(of configuration: SchedulerConfiguration) throws(SchedulerError) {
    let name = try configuration["_class_name"] ?? ""
    let kinds = Self.allCases.filter { $0.row.className == name }
    guard let plain = kinds.first else {
      var classes: [String] = []
      for known in Self.allCases.map(\.row.className) where !classes.contains(known) { classes.append(known) }
      throw configuration.fault(
        "_class_name", found: name.isEmpty ? "none" : name,
        expected: "one of \(classes.joined(separator: ", "))")
    }
    let silent = plain.row.says
    self =
      kinds.first { kind in
        ["use_karras_sigmas", "algorithm_type"].allSatisfy { key in
          kind.row.says[key] == configuration.values[key].flatMap { $0 == .null ? nil : $0 } ?? silent[key]
        }
      } ?? plain
  }

  /// A sampler of this kind for `steps` steps over a model trained as `configuration` says.
  ///
  /// What the name says stands above the configuration: `dpmpp-2m` is plain DPM++ 2M over a model whose own scheduler
  /// has Karras's levels or is stochastic. The rest, such as the spacing of the times, stays as the model wants it.
  package func sampler(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) -> any Sampler {
    try row.sampler.init(configuration.setting(row.says), steps: steps)
  }

  /// A sampler of this kind's class, with all that the configuration says.
  fileprivate func own(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) -> any Sampler {
    try row.sampler.init(configuration, steps: steps)
  }
}

extension SchedulerConfiguration {
  /// A sampler for `steps` steps: of the kind named, or the model's own scheduler, which keeps all its settings.
  package func sampler(_ kind: SchedulerKind? = nil, steps: Int) throws(SchedulerError) -> any Sampler {
    if let kind { return try kind.sampler(self, steps: steps) }
    return try SchedulerKind(of: self).own(self, steps: steps)
  }
}
