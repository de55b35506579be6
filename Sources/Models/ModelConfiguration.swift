import JSON
package import Kernels

/// The numbers of a decoder, from `config.json`, read once and valid from then on.
package struct ModelConfiguration: Sendable, Equatable {
  package let layers: Int
  /// D, the width of the residual stream.
  package let hiddenSize: Int
  /// H, the width of the feed-forward layers.
  package let intermediateSize: Int
  package let heads: Int
  package let keyValueHeads: Int
  package let headDimension: Int
  package let vocabularySize: Int
  /// The longest window that the model was made for.
  package let contextLength: Int
  package let normEpsilon: Double
  package let activation: Activation
  package let rotaryBase: Double
  /// Whether the output projection is the token embedding.
  package let tiedOutput: Bool
  package let attentionBias: Bool
  package let feedForwardBias: Bool
}

extension ModelConfiguration {
  /// Reads `config.json` by the keys of a family.
  init(_ document: JSONValue, family: Family) throws(JSONFieldError) {
    let root = JSONField(document)
    let keys = family.keys
    // Far above any model, and small enough that no product below overflows.
    let sizes = 1...1 << 24
    layers = try root.member(keys.layers).int(in: 1...1 << 16)
    hiddenSize = try root.member(keys.hiddenSize).int(in: sizes)
    intermediateSize = try root.member(keys.intermediateSize).int(in: sizes)
    heads = try root.member(keys.heads).int(in: 1...hiddenSize)
    let groups = try root.optional(keys.keyValueHeads)
    keyValueHeads = try groups?.int(in: 1...heads) ?? heads
    guard heads % keyValueHeads == 0 else {
      throw JSONFieldError(
        field: keys.keyValueHeads, expected: "a divisor of \(heads) heads",
        found: "\(keyValueHeads)")
    }
    if let dimension = try root.optional(keys.headDimension) {
      headDimension = try dimension.int(in: 2...1 << 16)
    } else {
      guard hiddenSize % heads == 0 else {
        throw JSONFieldError(
          field: keys.heads, expected: "a divisor of \(keys.hiddenSize), \(hiddenSize)",
          found: "\(heads)")
      }
      headDimension = hiddenSize / heads
    }
    guard headDimension % 2 == 0, headDimension > 0 else {
      throw JSONFieldError(
        field: keys.headDimension, expected: "an even number", found: "\(headDimension)")
    }
    vocabularySize = try root.member(keys.vocabularySize).int(in: sizes)
    contextLength = try root.member(keys.contextLength).int(in: 2...1 << 32)
    let epsilon = try root.member(keys.normEpsilon)
    normEpsilon = try epsilon.double()
    guard normEpsilon >= 0 else { throw epsilon.mismatch(expected: "a number of at least 0") }
    activation = try Self.activation(root.member(keys.activation), family)
    rotaryBase = try Self.rotaryBase(root, keys)
    tiedOutput = try root.optional(keys.tiedOutput)?.bool() ?? false
    attentionBias = try root.optional(keys.attentionBias)?.bool() ?? false
    feedForwardBias = try root.optional(keys.feedForwardBias)?.bool() ?? false
  }

  private static func activation(
    _ field: JSONField, _ family: Family
  ) throws(JSONFieldError) -> Activation {
    guard let activation = family.activations[try field.string()] else {
      let known = family.activations.keys.sorted().joined(separator: " or ")
      throw field.mismatch(expected: "an activation known for \(family.name): \(known)")
    }
    return activation
  }

  /// Since version 5, Transformers keeps the base in `rope_parameters`; it used to be a key itself.
  private static func rotaryBase(
    _ root: JSONField, _ keys: Family.Keys
  ) throws(JSONFieldError) -> Double {
    for key in ["rope_scaling", "rope_parameters"] {
      guard let scaling = try root.optional(key) else { continue }
      for name in ["rope_type", "type"] {
        guard let kind = try scaling.optional(name) else { continue }
        guard try kind.string() == "default" else {
          throw kind.mismatch(
            expected: "\"default\": other ways of scaling positions are not known here")
        }
      }
    }
    for place in [try root.optional("rope_parameters"), root] {
      guard let field = try place?.optional(keys.rotaryBase) else { continue }
      let base = try field.double()
      guard base > 0 else { throw field.mismatch(expected: "a number above 0") }
      return base
    }
    return 10_000
  }
}
