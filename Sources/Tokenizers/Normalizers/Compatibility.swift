/// Replacements of Unicode compatibility characters, such as ﬁ by fi.
enum Compatibility {
  /// Replaces compatibility characters; does not yet separate or order accents.
  static func replaced(_ scalars: String.UnicodeScalarView) -> [Unicode.Scalar] {
    var replaced: [Unicode.Scalar] = []
    for scalar in scalars { replaced += table[scalar] ?? [scalar] }
    return replaced
  }

  /// Replacements by scalar, from lines `first-last replacement...` in hexadecimal.
  ///
  /// In a range the replacement is one scalar that counts up with it.
  private static let table: [Unicode.Scalar: [Unicode.Scalar]] = {
    var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    let text = String(decoding: PackageResources.compatibility_txt, as: UTF8.self)
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: " ")
      let range = fields[0].split(separator: "-").compactMap { UInt32($0, radix: 16) }
      let values = fields.dropFirst().compactMap { UInt32($0, radix: 16) }
      guard let first = range.first, let last = range.last else { continue }
      for code in first...last {
        guard let scalar = Unicode.Scalar(code) else { continue }
        table[scalar] = values.compactMap { Unicode.Scalar($0 + code - first) }
      }
    }
    return table
  }()
}
