import ArgumentParser

/// A number of bytes: `5GB`, `500 MB`, `4G`, `4GiB`, `1000000`.
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  private static let units: KeyValuePairs = [
    "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40,
    "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000, "B": 1,
    "K": 1_000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000,
  ]

  init?(argument: String) {
    let text = argument.uppercased()
    let unit = Self.units.first { text.hasSuffix($0.key) }
    var digits = text.dropLast(unit?.key.count ?? 0)
    while digits.last == " " { digits.removeLast() }
    let allowed = Set("0123456789.")
    guard digits.allSatisfy(allowed.contains), let number = Double(digits), number > 0 else {
      return nil
    }
    // A Double is exact up to 2^53 bytes, more than any disk holds.
    guard let bytes = Int(exactly: (number * Double(unit?.value ?? 1)).rounded()), bytes > 0 else {
      return nil
    }
    self.bytes = bytes
  }
}
