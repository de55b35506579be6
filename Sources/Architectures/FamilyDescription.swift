package import JSON

import enum Kernels.Activation

/// Family described by a user in JSON (`docs/families.md`) as a known family with differences.
package struct FamilyDescription {
  private let root: JSONField

  package init(_ document: JSONValue) { root = JSONField(document) }

  package func family() throws(JSONFieldError) -> Family {
    let like = try root.member("like")
    let name = try like.string()
    guard var family = Family.known.first(where: { $0.name == name }) else {
      let names = Family.known.map(\.name).joined(separator: ", ")
      throw like.mismatch(expected: "the name of a known family: \(names)")
    }
    for (member, field) in try root.members() where member != "like" {
      try change(&family, member, field)
    }
    family.isDescribed = true
    family.keys.readOptional()
    try FamilyConsistency(family).check()
    return family
  }

  private func change(
    _ family: inout Family, _ member: String, _ field: JSONField
  ) throws(JSONFieldError) {
    switch member {
    case "name": family.name = try field.string()
    case "keys": try change(&family.keys, field)
    case "norm": family.norm = try field.choice(Family.Norm.self)
    case "positions":
      family.positions =
        switch field.value {
        case "rotary": .rotary
        case "linear_biases": .linearBiases
        default: .learned(first: try field.member("learned_from").int(in: 0...1 << 16))
        }
    case "counts_unused_positions": family.countsUnusedPositions = try field.bool()
    case "key_group": family.keyGroup = try field.string()
    case "shares_one_key": family.sharesOneKey = try field.bool()
    case "attention_scale":
      family.attentionScale = try field.double()
      guard family.attentionScale ?? 1 > 0 else {
        throw field.mismatch(expected: "a number above 0")
      }
    case "activation": family.activation = try field.choice(Activation.self)
    case "norm_biases": family.normBiases = try field.bool()
    case "output_bias": family.outputBias = try field.bool()
    case "unrotated_layers":
      family.unrotatedLayers =
        field.value == "unwindowed"
        ? .unwindowed
        : .listed(
          key: try field.member("key").string(), interval: try field.member("interval").string(),
          usual: try field.member("usual").int(in: 1...1 << 16))
    case "encoder": family.isEncoder = try field.bool()
    case "gated": family.gated = try field.bool()
    case "width_factor": family.widthFactor = try field.int(in: 1...1 << 16)
    case "parallel": family.isParallel = try field.flag()
    case "tied_output": family.tiedOutput = try field.flag()
    case "attention_bias": family.attentionBias = try field.flag()
    case "attention_output_bias": family.attentionOutputBias = try field.flag()
    case "feed_forward_bias": family.feedForwardBias = try field.flag()
    case "norms_whole_heads": family.normsWholeHeads = try field.bool()
    case "norms_after_rotation": family.normsFollowRotation = try field.bool()
    case "scales_embedding": family.scalesEmbedding = try field.bool()
    case "activations":
      family.activations = [:]
      for (name, field) in try field.members() {
        family.activations[name] = try field.choice(Activation.self)
      }
    case "gguf":
      family.gguf = Family.GGUF(
        architecture: try field.member("architecture").string(),
        activation: try field.member("activation").choice(Activation.self),
        windowPeriod: family.windowedLayers.period,
        optional: [.window: nil, .attentionSoftCap: nil, .outputSoftCap: nil])
    case "tensors":
      for (naming, field) in try field.members() {
        guard let naming = TensorNaming(rawValue: naming) else {
          throw field.mismatch(expected: "layouts of transformers and gguf")
        }
        try change(&family.layouts[naming, default: TensorLayout(names: [:])], field)
      }
    default:
      throw JSONFieldError(field: member, expected: "no such member", found: field.value.kind)
    }
  }

  private func change(_ layout: inout TensorLayout, _ field: JSONField) throws(JSONFieldError) {
    for (member, field) in try field.members() {
      switch member {
      case "transposed": layout.isTransposed = try field.bool()
      case "fusion": layout.fusion = try field.choice(TensorLayout.Fusion.self)
      case "pairs_neighbours": layout.pairsNeighbours = try field.bool()
      case "norm_offset": layout.normOffset = Float(try field.double())
      case "names":
        for (role, field) in try field.members() {
          guard let known = TensorRole(snakeCase: role), known.biased == nil else {
            throw JSONFieldError(
              field: field.path, expected: "the role of a tensor, such as `up` or `attention_norm`",
              found: role)
          }
          layout.names[known] = field.value.isNull ? nil : try field.string()
        }
      default:
        throw JSONFieldError(field: field.path, expected: "no such member", found: field.value.kind)
      }
    }
  }

  private func change(_ keys: inout FamilyKeys, _ field: JSONField) throws(JSONFieldError) {
    for (member, field) in try field.members() {
      let name = try field.string()
      switch member {
      case "layers": keys.layers = name
      case "hidden_size": keys.hiddenSize = name
      case "intermediate_size": keys.intermediateSize = name
      case "heads": keys.heads = name
      case "key_value_heads": keys.keyValueHeads = name
      case "head_dimension": keys.headDimension = name
      case "vocabulary_size": keys.vocabularySize = name
      case "context_length": keys.contextLength = name
      case "norm_epsilon": keys.normEpsilon = name
      case "activation": keys.activation = [name]
      case "rotary_base": keys.rotaryBase = name
      case "rotary_fraction": keys.rotaryFraction = name
      case "token_types": keys.tokenTypes = name
      case "attention_scalar": keys.attentionScalar = name
      case "attention_soft_cap": keys.attentionSoftCap = name
      case "output_soft_cap": keys.outputSoftCap = name
      case "window": keys.window = name
      case "embedding_factor": keys.embeddingFactor = name
      case "residual_factor": keys.residualFactor = name
      case "attention_factor": keys.attentionFactor = name
      case "output_factor": keys.outputFactor = name
      case "output_divisor": keys.outputDivisor = name
      case "projection_limit": keys.projectionLimit = name
      case "rotary_dimension": keys.rotaryDimension = name
      default:
        throw JSONFieldError(field: field.path, expected: "no such member", found: field.value.kind)
      }
    }
  }
}

extension FamilyKeys {
  /// Usual names of the keys that only some families have: a described model has any of them.
  fileprivate mutating func readOptional() {
    let usual: [(WritableKeyPath<FamilyKeys, String?>, String)] = [
      (\.keyValueHeads, "num_key_value_heads"), (\.headDimension, "head_dim"),
      (\.rotaryFraction, "partial_rotary_factor"), (\.tokenTypes, "type_vocab_size"),
      (\.attentionScalar, "query_pre_attn_scalar"),
      (\.attentionSoftCap, "attn_logit_softcapping"),
      (\.outputSoftCap, "final_logit_softcapping"), (\.window, "sliding_window"),
    ]
    for (key, name) in usual where self[keyPath: key] == nil { self[keyPath: key] = name }
  }
}

extension Family.WindowedLayers {
  /// Period of the layers without a window in GGUF; 0 if all have it, nil if none has.
  fileprivate var period: Int? {
    switch self {
    case .all, .listed: 0
    case .from, .local, .allButFirstOf: nil
    case .allButEvery(let period, _): period
    }
  }
}

extension JSONField {
  fileprivate func flag() throws(JSONFieldError) -> Family.Flag {
    if let bool = value.bool { return bool ? .always : .never }
    return .key(
      try member("key").string(), otherwise: try optional("otherwise")?.bool() ?? false)
  }

  fileprivate func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) throws(JSONFieldError) -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: try string()) else {
      throw mismatch(expected: Choice.allCases.map(\.rawValue).joined(separator: " or "))
    }
    return choice
  }
}
