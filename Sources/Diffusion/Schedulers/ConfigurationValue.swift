/// A type that a scheduler's configuration can hold.
package protocol ConfigurationValue {
  /// What a file should say, for the message when it does not.
  static var expectation: String { get }
  init?(_ value: SchedulerConfiguration.Value)
}

extension Bool: ConfigurationValue {
  package static var expectation: String { "true or false" }

  package init?(_ value: SchedulerConfiguration.Value) {
    guard case .bool(let bool) = value else { return nil }
    self = bool
  }
}

extension Double: ConfigurationValue {
  package static var expectation: String { "a number" }

  package init?(_ value: SchedulerConfiguration.Value) {
    guard case .number(let number) = value else { return nil }
    self = number
  }
}

extension Int: ConfigurationValue {
  package static var expectation: String { "a whole number" }

  package init?(_ value: SchedulerConfiguration.Value) {
    guard case .number(let number) = value else { return nil }
    self.init(exactly: number)
  }
}

extension String: ConfigurationValue {
  package static var expectation: String { "a text" }

  package init?(_ value: SchedulerConfiguration.Value) {
    guard case .string(let string) = value else { return nil }
    self = string
  }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
  package static var expectation: String { "a list, each element \(Element.expectation)" }

  package init?(_ value: SchedulerConfiguration.Value) {
    guard case .list(let list) = value else { return nil }
    let elements = list.compactMap(Element.init)
    guard elements.count == list.count else { return nil }
    self = elements
  }
}

/// A choice by name, such as `timestep_spacing`.
package protocol ConfigurationChoice: ConfigurationValue, CaseIterable, RawRepresentable<String> {}

extension ConfigurationChoice {
  package static var expectation: String {
    allCases.map(\.rawValue).joined(separator: ", ")
  }

  package init?(_ value: SchedulerConfiguration.Value) {
    guard case .string(let string) = value else { return nil }
    self.init(rawValue: string)
  }
}
