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

  /// Of each kind: the class that a model's configuration names, the sampler, and what it changes in the configuration.
  private var row: (className: String, sampler: any Sampler.Type, changes: [String: SchedulerConfiguration.Value]) {
    switch self {
    case .ddim: ("DDIMScheduler", DDIM.self, [:])
    case .ddpm: ("DDPMScheduler", DDPM.self, [:])
    case .pndm: ("PNDMScheduler", PNDM.self, [:])
    case .euler: ("EulerDiscreteScheduler", Euler.self, [:])
    case .eulerAncestral: ("EulerAncestralDiscreteScheduler", EulerAncestral.self, [:])
    case .heun: ("HeunDiscreteScheduler", Heun.self, [:])
    case .lms: ("LMSDiscreteScheduler", LMS.self, [:])
    case .dpmpp2M: ("DPMSolverMultistepScheduler", DPMSolverMultistep.self, [:])
    case .dpmpp2MKarras: ("DPMSolverMultistepScheduler", DPMSolverMultistep.self, ["use_karras_sigmas": .bool(true)])
    case .dpmpp2MSDE:
      ("DPMSolverMultistepScheduler", DPMSolverMultistep.self, ["algorithm_type": .string("sde-dpmsolver++")])
    case .dpmpp2MSDEKarras:
      (
        "DPMSolverMultistepScheduler", DPMSolverMultistep.self,
        ["algorithm_type": .string("sde-dpmsolver++"), "use_karras_sigmas": .bool(true)]
      )
    case .dpmpp2S: ("DPMSolverSinglestepScheduler", DPMSolverSinglestep.self, [:])
    case .unipc: ("UniPCMultistepScheduler", UniPC.self, [:])
    case .lcm: ("LCMScheduler", LCM.self, [:])
    case .flowEuler: (FlowEuler.className, FlowEuler.self, [:])
    }
  }

  /// The scheduler that a model's configuration names.
  package init(of configuration: SchedulerConfiguration) throws(SchedulerError) {
    let name = try configuration["_class_name"] ?? ""
    guard let kind = Self.allCases.first(where: { $0.row.className == name }) else {
      var classes: [String] = []
      for known in Self.allCases.map(\.row.className) where !classes.contains(known) { classes.append(known) }
      throw SchedulerError(
        "_class_name of the scheduler's configuration", found: name.isEmpty ? "none" : name,
        expected: "one of \(classes.joined(separator: ", "))")
    }
    self = kind
  }

  /// A sampler of this kind for `steps` steps over a model trained as `configuration` says.
  package func sampler(_ configuration: SchedulerConfiguration, steps: Int) throws(SchedulerError) -> any Sampler {
    let changed = SchedulerConfiguration(configuration.values.merging(row.changes) { $1 })
    return try row.sampler.init(changed, steps: steps)
  }
}

extension SchedulerConfiguration {
  /// A sampler for `steps` steps: of the class that the configuration names, unless `kind` names another.
  package func sampler(_ kind: SchedulerKind? = nil, steps: Int) throws(SchedulerError) -> any Sampler {
    let kind = if let kind { kind } else { try SchedulerKind(of: self) }
    return try kind.sampler(self, steps: steps)
  }
}
