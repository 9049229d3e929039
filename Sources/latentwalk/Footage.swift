import Foundation
import Pixels
import Video

/// Pictures that were made before, one after another: a film, or a folder of pictures in the order of their names.
struct Footage {
  private let pictures: any PictureReader
  private let name: String
  private var size: (width: Int, height: Int)?

  /// Opens a film, or finds a folder's pictures. A job's folder must have all frames up to its last.
  init(_ path: String) throws {
    name = path
    switch FileStatus(path) {
    case nil:
      throw Fault(
        code: .missingInput,
        description: "\(path): found no such file or folder; expected a film or a folder of pictures")
    case .folder: pictures = try FolderReader(path)
    case .file, .special: pictures = try FilmPictures(path)
    }
  }

  /// Whether a file of a folder is one of its pictures, by its name.
  static func isPicture(_ file: URL) -> Bool {
    ["png", "ppm", "jpg", "jpeg"].contains(file.pathExtension.lowercased())
  }

  /// The next picture, or nil after the last; throws where it is of another size than the first.
  mutating func next() throws -> Image? {
    guard let image = try pictures.next() else { return nil }
    if let size, size != (image.width, image.height) {
      throw Fault(
        code: .badData,
        description:
          "\(name): found a picture of \(image.width)x\(image.height) after others of \(size.width)x\(size.height); expected one size"
      )
    }
    size = (image.width, image.height)
    return image
  }
}

private protocol PictureReader: AnyObject {
  func next() throws -> Image?
}

private final class FilmPictures: PictureReader {
  private var reader: FilmReader

  init(_ path: String) throws { reader = try FilmReader(URL(filePath: path)) }

  func next() throws -> Image? { try reader.next() }
}

private final class FolderReader: PictureReader {
  private var rest: ArraySlice<URL>

  /// Numbers in names count as numbers: 2.png comes before 10.png.
  init(_ path: String) throws {
    let all = try names(inFolder: path)
    let names = all.filter { name in
      !name.hasPrefix(".") && Footage.isPicture(URL(filePath: name))
    }.sorted { $0.compare($1, options: [.numeric, .caseInsensitive]) == .orderedAscending }
    guard let last = names.last else {
      throw Fault(
        code: .missingInput, description: "\(path): found no pictures in the folder; expected .png, .ppm or .jpg files")
    }
    if all.contains("job.json"), let gap = names.indices.first(where: { Self.number(names[$0]) != $0 }) {
      throw Fault(
        code: .badData,
        description: "\(path): found no frame \(gap) in the job's folder; expected all up to the last one, \(last)")
    }
    rest = names.map { URL(filePath: path).appending(path: $0) }[...]
  }

  func next() throws -> Image? { try rest.popFirst().map { try Image(contentsOf: $0) } }

  private static func number(_ name: String) -> Int? {
    Int(URL(filePath: name).deletingPathExtension().lastPathComponent)
  }
}
