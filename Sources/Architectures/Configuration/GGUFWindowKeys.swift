/// Attention windows as described by the keys of a GGUF file.
struct GGUFWindowKeys {
  private let keys: ConfigurationKeys
  private let gguf: Family.GGUF
  private let family: Family

  init(_ keys: ConfigurationKeys, _ gguf: Family.GGUF, _ family: Family) {
    self.keys = keys
    self.gguf = gguf
    self.family = family
  }

  /// Span of each layer in positions; nil for all.
  func spans(layers: Int) throws(ArchitectureError) -> [Int?] {
    let unlimited = [Int?](repeating: nil, count: layers)
    guard let period = gguf.windowPeriod, gguf.windowedCounts?.contains(layers) ?? true else {
      return unlimited
    }
    let usual = gguf.optional[.window]?.map { Int($0) } ?? 0
    let stated = try keys.optional(GGUFModelKey.window.rawValue, in: 0...1 << 32)
    let window = stated ?? usual
    guard window > 0 else { return unlimited }
    let span = family.windowsAreCentred ? window / 2 + 1 : window
    return try windowed(period, layers: layers).map { $0 ? span : nil }
  }

  /// Whether each layer has a window.
  private func windowed(
    _ usual: Int, layers: Int
  ) throws(ArchitectureError) -> [Bool] {
    let key = GGUFModelKey.windowPattern.rawValue
    if let pattern = try keys.flags(key) {
      guard pattern.count == layers else {
        throw .metadata(
          path: keys.path, key: "\(keys.architecture).\(key)",
          expected: "a flag for each of \(layers) layers", found: "\(pattern.count)")
      }
      return pattern
    }
    let period = try keys.optional(key, in: 0...1 << 16) ?? usual
    let last =
      if case .allButFirstOf = family.windowedLayers { 0 } else { 1 }
    return (0..<layers).map { period == 0 || ($0 + last) % period != 0 }
  }
}
