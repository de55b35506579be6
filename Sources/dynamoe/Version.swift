/// What this program calls itself in the files that it writes.
enum Version {
  static let text = "0.1.0"
  static let generator = "dynamoe \(text)"
}
