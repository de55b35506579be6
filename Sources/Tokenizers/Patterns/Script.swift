/// Scripts of Unicode, by their names in patterns.
enum Script {
  /// Characters of a script outside and inside ASCII; nil for an unknown name.
  static func scalars(named name: String) -> ScalarSet? { table[folded(name)] }

  /// Name without case, spaces, hyphens and underscores, which do not count in patterns.
  static func folded(_ name: String) -> String {
    name.lowercased().filter { !" -_".contains($0) }
  }

  /// Scripts from lines `name first-last...` in hexadecimal.
  private static let table: [String: ScalarSet] = {
    var table: [String: ScalarSet] = [:]
    let text = String(decoding: PackageResources.scripts_txt, as: UTF8.self)
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: " ")
      let ranges = fields.dropFirst().compactMap { field -> ClosedRange<UInt32>? in
        let ends = field.split(separator: "-").compactMap { UInt32($0, radix: 16) }
        guard let first = ends.first, let last = ends.last, first <= last else { return nil }
        return first...last
      }
      table[String(fields[0])] = ScalarSet(ranges)
    }
    return table
  }()
}
