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
  /// `key` names the base at the root if it is not the usual one; `rope_scaling` at the root then
  /// belongs to other layers and is ignored.
  func read(as kind: String, base key: String? = nil) throws(JSONFieldError) -> RotaryPositions {
    let parameters = try parameters(kind)
    let scaling = key == nil ? try root.optional("rope_scaling") : nil
    let dimension = try dimension(parameters)
    let own = try parameters?.positive("rope_theta")
    let common = try root.positive(key ?? family.keys.rotaryBase)
    return RotaryPositions(
      base: own ?? common ?? (key == nil ? family.rotaryBase : 10_000), dimension: dimension,
      scaling: try self.scaling(parameters ?? scaling, dimension))
  }

  private func parameters(_ kind: String) throws(JSONFieldError) -> JSONField? {
    guard let field = try root.optional("rope_parameters") else { return nil }
    return field.value.object?[kind] != nil ? try field.member(kind) : field
  }

  private func dimension(_ parameters: JSONField?) throws(JSONFieldError) -> Int {
    let key = family.keys.rotaryFraction
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
      return own ?? common ?? Double(contextLength)
    }
    switch try kind.string() {
    case "default": return .none
    case "linear": return .linear(factor: try number("factor"))
    case "llama3":
      let (low, high) = (try number("low_freq_factor"), try number("high_freq_factor"))
      guard low < high else {
        throw try field.member("high_freq_factor").mismatch(expected: "a number above \(low)")
      }
      return .llama3(
        factor: try number("factor"), low: low, high: high, original: try original())
    case "yarn":
      let factor = try number("factor")
      return .yarn(
        factor: factor, fast: try number("beta_fast", otherwise: 32),
        slow: try number("beta_slow", otherwise: 1), original: try original(),
        magnitude: try yarnMagnitude(field, factor))
    case "longrope", "su": return try longScaling(field, dimension, original: try original())
    default:
      throw kind.mismatch(
        expected: "a known way of scaling positions: default, linear, llama3, yarn or "
          + "longrope")
    }
  }

  private func yarnMagnitude(
    _ field: JSONField, _ factor: Double
  ) throws(JSONFieldError) -> Double {
    func magnitude(_ scale: Double) -> Double { factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1 }
    if let stated = try field.positive("attention_factor") { return stated }
    guard let scale = try field.positive("mscale"), let all = try field.positive("mscale_all_dim")
    else { return magnitude(1) }
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
