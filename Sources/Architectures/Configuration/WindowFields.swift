import JSON

/// Attention windows as described by `config.json`.
struct WindowFields {
  private let root: JSONField
  private let key: String?
  private let isCentred: Bool

  init(_ root: JSONField, _ family: Family) {
    self.root = root
    key = family.keys.window
    isCentred = family.windowsAreCentred
  }

  /// Span of each layer in positions; nil for all.
  func spans(_ rule: Family.WindowedLayers, layers: Int) throws(JSONFieldError) -> [Int?] {
    let unlimited = [Int?](repeating: nil, count: layers)
    guard let key else { return unlimited }
    var window: Int?
    if case .from(_, let flag) = rule, try !(root.optional(flag)?.bool() ?? false) {
      window = nil
    } else {
      window = try root.optional(key)?.int(in: 1...1 << 32)
    }
    if isCentred { window = window.map { $0 / 2 + 1 } }
    switch rule {
    case .all: break
    case .local(let kinds, let patterns):
      return try localSpans(kinds: kinds, patterns: patterns, window, layers: layers)
    case .from, .allButEvery, .allButFirstOf, .listed:
      if let kinds = try root.optional("layer_types") {
        return try spans(kinds, window, layers: layers)
      }
    }
    guard let window else { return unlimited }
    switch rule {
    case .all, .listed, .local: return [Int?](repeating: window, count: layers)
    case .from(let first, _):
      let start = try root.optional(first)?.int() ?? layers
      return (0..<layers).map { $0 < start ? nil : window }
    case .allButEvery(let usual, let key):
      let step = try step(key, usual)
      return (0..<layers).map { ($0 + 1) % step == 0 ? nil : window }
    case .allButFirstOf(let usual, let key):
      let step = try step(key, usual)
      return (0..<layers).map { $0 % step == 0 ? nil : window }
    }
  }

  private func step(_ key: String?, _ usual: Int) throws(JSONFieldError) -> Int {
    guard let key, let stated = try root.optional(key) else { return usual }
    return try stated.int(in: 1...1 << 16)
  }

  /// Layers without rotation, from their spans.
  func unrotated(
    _ rule: Family.UnrotatedLayers, _ spans: [Int?]
  ) throws(JSONFieldError) -> Set<Int> {
    switch rule {
    case .none: return []
    case .unwindowed:
      guard let key, try root.optional(key) != nil else { return [] }
      return Set(spans.indices.filter { spans[$0] == nil })
    case .listed(let key, let interval, let usual):
      guard let list = try root.optional(key) else {
        let step = try root.optional(interval)?.int(in: 1...1 << 16) ?? usual
        return Set(spans.indices.filter { ($0 + 1) % step == 0 })
      }
      let flags = try list.elements()
      guard flags.count == spans.count else {
        throw list.mismatch(expected: "a number for each of \(spans.count) layers")
      }
      let numbers = try flags.map { (field) throws(JSONFieldError) in try field.int(in: 0...1) }
      return Set(spans.indices.filter { numbers[$0] == 0 })
    }
  }

  /// Spans by a list of kinds, or by patterns such as `[[["global", "local"], 6]]`.
  private func localSpans(
    kinds: String, patterns: String, _ window: Int?, layers: Int
  ) throws(JSONFieldError) -> [Int?] {
    var elements: [JSONField] = []
    if let list = try root.optional(kinds) {
      elements = try list.elements()
    } else {
      for pattern in try root.member(patterns).elements() {
        let parts = try pattern.elements()
        guard parts.count == 2 else { throw pattern.mismatch(expected: "kinds and a number") }
        let period = try parts[0].elements()
        let times = try parts[1].int(in: 0...layers)
        for _ in 0..<times where elements.count <= layers { elements += period }
      }
    }
    guard elements.count == layers else {
      throw JSONFieldError(
        field: patterns, expected: "\(layers) layers", found: "\(elements.count)")
    }
    return try elements.map { (field) throws(JSONFieldError) in
      switch try field.string() {
      case "global": return nil
      case "local": return window
      default: throw field.mismatch(expected: "\"global\" or \"local\"")
      }
    }
  }

  private func spans(
    _ kinds: JSONField, _ window: Int?, layers: Int
  ) throws(JSONFieldError) -> [Int?] {
    let elements = try kinds.elements()
    guard elements.count == layers else {
      throw kinds.mismatch(expected: "a type for each of \(layers) layers")
    }
    return try elements.map { (field) throws(JSONFieldError) in
      switch try field.string() {
      case "full_attention": return nil
      case "sliding_attention":
        guard let window else {
          throw field.mismatch(expected: "\"full_attention\", because no window is set")
        }
        return window
      default: throw field.mismatch(expected: "\"full_attention\" or \"sliding_attention\"")
      }
    }
  }
}
