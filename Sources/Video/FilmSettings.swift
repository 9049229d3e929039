package import Foundation
public import Pixels

/// How a film is coded.
public struct FilmSettings: Sendable, Equatable {
  public var rate: FilmRate
  public var codec: FilmCodec
  /// Constant quality, smaller is better; nil for the codec's default.
  public var crf: Int?
  /// The encoder's own name for how long it may think, as "slow"; nil for its default.
  public var preset: String?
  /// Threads of the encoder; nil lets it choose. Bytes may differ between numbers of threads.
  public var threads: Int?
  /// Enlargement of both sides.
  public var scale: Double
  public var filter: ScalingFilter
  /// What the film is heard with: as much of it as the film is long.
  public var sound: Sound?
  /// Kept in the file, for players to show.
  public var title: String?
  public var comment: String?

  /// Film settings; what is not given is right for most films.
  public init(
    rate: FilmRate = FilmRate(30), codec: FilmCodec = .h264, crf: Int? = nil, preset: String? = nil,
    threads: Int? = nil, scale: Double = 1, filter: ScalingFilter = .lanczos, sound: Sound? = nil,
    title: String? = nil, comment: String? = nil
  ) {
    self.rate = rate
    self.codec = codec
    self.crf = crf
    self.preset = preset
    self.threads = threads
    self.scale = scale
    self.filter = filter
    self.sound = sound
    self.title = title
    self.comment = comment
  }

  /// The film's size for frames of `width` x `height`: even, as the coded colours are half as wide and high.
  ///
  /// Enlarged sizes are rounded; frames that are not enlarged must be even. Each encoder has a least size as well.
  public func size(forWidth width: Int, height: Int) throws(FilmError) -> (width: Int, height: Int) {
    guard scale.isFinite, scale > 0 else { throw .settings("scale \(scale) is not a positive number") }
    let sides = [width, height].map { scale == 1 ? Double($0) : 2 * (Double($0) * scale / 2).rounded() }
    guard sides.allSatisfy({ $0 >= 2 && $0 <= 16384 }) else {
      throw .settings("frames of \(width)x\(height) enlarged by \(scale) leave the range from 2 to 16384 pixels a side")
    }
    guard sides.allSatisfy({ $0.remainder(dividingBy: 2) == 0 }) else {
      throw .settings("a film needs an even width and height, but the frames are \(width)x\(height)")
    }
    let least = try codec.encoder().leastSide
    guard sides.allSatisfy({ $0 >= Double(least) }) else {
      throw .settings(
        "a film in \(codec) is at least \(least) pixels wide and high, and this is \(Int(sides[0]))x\(Int(sides[1])); "
          + "expected a larger scale, or another codec")
    }
    return (Int(sides[0]), Int(sides[1]))
  }

  /// The container for a film of this name, once codec, quality and container fit together.
  package func container(
    for url: URL, isInstalled: (FilmEncoderName) -> Bool = \.isInstalled
  ) throws(FilmError) -> FilmContainer {
    if let crf {
      guard let range = codec.qualityRange else { throw .settings("\(codec) is lossless and takes no crf") }
      guard range.contains(crf) else {
        throw .settings(
          "crf \(crf) is out of range for \(codec), which takes \(range.lowerBound) to \(range.upperBound)")
      }
    }
    if let threads, threads < 1 { throw .settings("an encoder needs at least one thread, not \(threads)") }
    let encoder = try codec.encoder(isInstalled: isInstalled)
    if let preset {
      guard let presets = encoder.presets else { throw .settings("\(codec) takes no preset") }
      guard presets.names.contains(preset) else {
        throw .settings(
          "preset \(preset) is unknown for \(codec); expected one of \(presets.names.joined(separator: ", "))")
      }
    }
    let expected = codec.containers.map { ".\($0.rawValue)" }.joined(separator: ", ")
    guard let container = FilmContainer(rawValue: url.pathExtension.lowercased()), codec.containers.contains(container)
    else {
      throw .settings("a film in \(codec) cannot be named \(url.lastPathComponent); expected one of \(expected)")
    }
    return container
  }
}

extension FilmSettings {
  /// The options of `encoder` for a film of `size` with these settings.
  func options(of encoder: FilmEncoderName, size: (width: Int, height: Int)) -> [(name: String, value: String)] {
    encoder.options(
      quality: crf ?? codec.defaultQuality, preset: preset ?? encoder.presets?.standard ?? "", size: size)
  }
}
