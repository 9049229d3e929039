/// The tool's version. Frames of another version are not taken up: its pictures may differ.
enum Version {
  static let current = "0.2.0"
}
