package import Foundation
internal import Tensors

/// A model folder's scheduler_config.json: how the model was trained, and how it wants to be sampled.
///
/// Only what the file says is kept. Each sampler brings its own defaults for the rest, so
/// that another sampler over the same training reads the same configuration.
package struct SchedulerConfiguration: Sendable, Equatable {
  package enum Value: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case list([Value])
    case object([String: Value])
  }

  package var values: [String: Value]
  /// What faults call it.
  private var name = "the scheduler's configuration"

  package init(_ values: [String: Value]) {
    self.values = values
  }

  /// Reads the file's text. Python writes infinities into it, which strict JSON does not know.
  package init(json: Data, file: String = "scheduler_config.json") throws(SchedulerError) {
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    do {
      values = try decoder.decode([String: Value].self, from: json)
    } catch {
      throw SchedulerError(file, found: "text that is no JSON object", expected: "a scheduler's configuration")
    }
    name = file
  }

  package init(contentsOf url: URL) throws(SchedulerError) {
    let json: Data
    do {
      json = try Data(contentsOf: url)
    } catch {
      throw SchedulerError(url.path, found: error.localizedDescription, expected: "a readable file")
    }
    try self.init(json: json, file: url.path)
  }

  /// A fault of the value of `key`.
  package func fault(_ key: String, found: String, expected: String) -> SchedulerError {
    SchedulerError("\(key) of \(name)", found: found, expected: expected)
  }

  /// The value of `key`; nil where the file has none, or null.
  package subscript<T: ConfigurationValue>(key: String) -> T? {
    get throws(SchedulerError) {
      guard let value = values[key], value != .null else { return nil }
      guard let typed = T(value) else {
        throw fault(key, found: "\(value)", expected: T.expectation)
      }
      return typed
    }
  }

  /// Refuses a key with any other value than `supported`.
  package func require(_ key: String, _ supported: Value) throws(SchedulerError) {
    guard let value = values[key], value != .null, value != supported else { return }
    throw fault(key, found: "\(value)", expected: "\(supported)")
  }

  /// As diffusers' pipelines read it, whatever old files say or leave out: latents are no pixels that end at one,
  /// and the first training time is not visited.
  var overLatents: Self { setting("clip_sample", .bool(false)).setting("steps_offset", .number(1)) }

  /// The same configuration with `key` set.
  package func setting(_ key: String, _ value: Value) -> Self { setting([key: value]) }

  /// The same configuration with some keys set.
  func setting(_ others: [String: Value]) -> Self {
    var copy = self
    copy.values.merge(others) { $1 }
    return copy
  }
}

extension SchedulerConfiguration.Value: Decodable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let list = try? container.decode([Self].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: Self].self))
    }
  }
}

extension SchedulerConfiguration.Value: CustomStringConvertible {
  package var description: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    case .string(let string): string.forMessage
    case .list(let list): "a list of \(list.count)"
    case .object: "an object"
    }
  }
}
