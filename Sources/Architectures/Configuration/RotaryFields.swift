import Glibc
import JSON

/// Rotary embedding as described by `config.json`.
///
/// Transformers 5 and later keep it in `rope_parameters`, with one member for each type of layer if
/// these differ; earlier versions have base and fraction at the root, and the scaling in
/// `rope_scaling`.
struct RotaryFields {
  private let root: JSONField
  private let family: Family
  private let headDimension: Int
  private let contextLength: Int

  init(_ root: JSONField, _ family: Family, headDimension: Int, contextLength: Int) {
    self.root = root
    self.family = family
    self.headDimension = headDimension
    self.contextLength = contextLength
  }

  /// Rotation of a kind of layers.
  ///
  /// `windowed` is the base of layers with windows.
  func read(
    as kind: String, base windowed: Family.WindowedBase? = nil
  ) throws(JSONFieldError) -> RotaryPositions {
    let parameters =
      family.windowedRotaryBase == nil ? try parameters() : try parameters(of: kind)
    let dimension = try dimension(parameters)
    let own = try parameters?.positive("rope_theta")
    let key = windowed.map(\.key) ?? family.keys.rotaryBase
    let common = try key.flatMap { (key) throws(JSONFieldError) in try root.positive(key) }
    let base = own ?? common ?? windowed?.usual ?? family.rotaryBase
    if let alpha = try raising(parameters) {
      let share = Double(dimension) / Double(dimension - 2)
      return RotaryPositions(base: base * pow(alpha, share), dimension: dimension)
    }
    return RotaryPositions(
      base: base, dimension: dimension, scaling: try scaling(parameters, dimension))
  }

  /// Factor that raises the base of Hunyuan's models in place of scaling; nil if there is none.
  private func raising(_ field: JSONField?) throws(JSONFieldError) -> Double? {
    guard family.raisesBase, let field else { return nil }
    let (new, old) = (try field.optional("rope_type"), try field.optional("type"))
    guard try (new ?? old)?.string() == "dynamic" else { return nil }
    return try field.optional("alpha")?.double() == 0 ? nil : try field.positive("alpha")
  }

  private static let kinds = ["full_attention", "sliding_attention"]

  /// Parameters of all layers: `rope_scaling` replaces `rope_parameters`.
  private func parameters() throws(JSONFieldError) -> JSONField? {
    var fields: [JSONField] = []
    for name in ["rope_scaling", "rope_parameters"] {
      guard let field = try root.optional(name) else { continue }
      fields.append(field)
      for (name, member) in try field.members() where Self.kinds.contains(name) {
        throw member.mismatch(
          expected: "the same rotation in all layers, as \(family.name) has it")
      }
    }
    return fields.first { $0.value.object?.members.isEmpty == false }
  }

  /// Parameters of a kind of layers: members of `rope_scaling` replace those of the layers without
  /// a window.
  private func parameters(of kind: String) throws(JSONFieldError) -> JSONField? {
    let all = try root.optional("rope_parameters")
    for (name, member) in try all?.members() ?? [] where !Self.kinds.contains(name) {
      throw member.mismatch(
        expected:
          "\"full_attention\" or \"sliding_attention\" around the parameters of their layers")
    }
    let own = try all?.optional(kind)
    guard kind == "full_attention", let scaling = try root.optional("rope_scaling") else {
      return own
    }
    guard let own else { return scaling }
    var merged = JSONObject(try own.members().map { .init(name: $0.name, value: $0.field.value) })
    for (name, field) in try scaling.members() { merged[name] = field.value }
    // An older name of the same member.
    if merged["type"] != nil, scaling.value.object?["rope_type"] == nil {
      merged["rope_type"] = nil
    }
    return JSONField(.object(merged), path: scaling.path)
  }

  private func dimension(_ parameters: JSONField?) throws(JSONFieldError) -> Int {
    if let key = family.keys.rotaryDimension, let field = try root.optional(key) {
      let dimension = try field.int(in: 2...headDimension)
      guard dimension % 2 == 0 else { throw field.mismatch(expected: "an even number") }
      return dimension
    }
    guard let key = family.keys.rotaryFraction else { return headDimension }
    let own = try parameters?.positive("partial_rotary_factor")
    let common = try root.positive(key)
    let share = own ?? common ?? family.rotaryFraction
    let dimension = Int(Double(headDimension) * min(share, 2))
    guard share <= 1, dimension > 1, dimension % 2 == 0 else {
      throw JSONFieldError(
        field: key, expected: "a share of \(headDimension) that is an even number",
        found: "\(share)")
    }
    return dimension
  }

  private func scaling(
    _ field: JSONField?, _ dimension: Int
  ) throws(JSONFieldError) -> RotaryScaling {
    guard let field else { return .none }
    let (new, old) = (try field.optional("rope_type"), try field.optional("type"))
    guard let kind = new ?? old else { return .none }
    func number(_ name: String, otherwise: Double? = nil) throws(JSONFieldError) -> Double {
      let stated = try field.positive(name)
      if let value = stated ?? otherwise { return value }
      return try field.member(name).double()
    }
    func original() throws(JSONFieldError) -> Double {
      let key = "original_max_position_embeddings"
      let (own, common) = (try field.positive(key), try root.positive(key))
      // Transformers prefers the root, unless kinds of layers have parameters of their own.
      let first = family.windowedRotaryBase == nil ? common : own
      return first ?? own ?? Double(contextLength)
    }
    switch try kind.string() {
    // Of text alone, all three positions of a token are the same.
    case "default", "mrope": return .none
    case "linear": return .linear(factor: try number("factor"))
    case "llama3":
      let (low, high) = (try number("low_freq_factor"), try number("high_freq_factor"))
      guard low < high else {
        throw try field.member("high_freq_factor").mismatch(expected: "a number above \(low)")
      }
      return .llama3(
        factor: try number("factor"), low: low, high: high, original: try original())
    // Phi-3's first releases had this name for the other.
    case "yarn" where field.value.object?["short_factor"] != nil:
      return try longScaling(field, dimension, original: try original())
    case "yarn":
      let factor = try number("factor")
      return .yarn(
        factor: factor, fast: try number("beta_fast", otherwise: 32),
        slow: try number("beta_slow", otherwise: 1), original: try original(),
        magnitude: try yarnMagnitude(field, factor),
        truncates: try field.optional("truncate")?.bool() ?? true)
    case "dynamic":
      if let alpha = try field.optional("alpha") {
        throw alpha.mismatch(expected: "no such member: only factor can be read")
      }
      return .dynamic(factor: try number("factor"), original: Double(contextLength))
    case "longrope", "su": return try longScaling(field, dimension, original: try original())
    default:
      throw kind.mismatch(
        expected: "a known way of scaling positions: default, linear, dynamic, llama3, "
          + "yarn or longrope")
    }
  }

  private func yarnMagnitude(
    _ field: JSONField, _ factor: Double
  ) throws(JSONFieldError) -> Double {
    func magnitude(_ scale: Double) -> Double { factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1 }
    if let factor = try field.positive("attention_factor") { return factor }
    func stated(_ name: String) throws(JSONFieldError) -> Double? {
      try field.optional(name)?.double() == 0 ? nil : try field.positive(name)
    }
    guard let scale = try stated("mscale"), let all = try stated("mscale_all_dim") else {
      return magnitude(1)
    }
    return magnitude(scale) / magnitude(all)
  }

  private func longScaling(
    _ field: JSONField, _ dimension: Int, original: Double
  ) throws(JSONFieldError) -> RotaryScaling {
    func divisors(_ name: String) throws(JSONFieldError) -> [Double] {
      let list = try field.member(name)
      let numbers = try list.elements().map { (field) throws(JSONFieldError) in try field.double() }
      guard numbers.count == dimension / 2, numbers.allSatisfy({ $0 > 0 }) else {
        throw list.mismatch(expected: "\(dimension / 2) numbers above 0")
      }
      return numbers
    }
    let stated = try field.positive("factor")
    let factor = stated ?? Double(contextLength) / original
    let usual = factor <= 1 ? 1 : (1 + log(factor) / log(original)).squareRoot()
    let magnitude = try field.positive("attention_factor")
    return .long(
      short: try divisors("short_factor"), long: try divisors("long_factor"),
      original: Int(min(original, 1e15)), magnitude: magnitude ?? usual)
  }
}
