import GGUF

/// Check of the keys of a GGUF file's architecture that no model is made from.
///
/// A key is known to change nothing, has a value that turns off what it describes, or is refused by
/// name: it may change what the model computes. Keys of ``GGUFModelKey`` other than factors are never
/// refused: where an architecture does not read one of them, llama.cpp ignores it too.
struct GGUFOtherKeys {
  private let keys: ConfigurationKeys
  private let gguf: Family.GGUF
  private let configuration: ModelConfiguration

  init(_ keys: ConfigurationKeys, _ gguf: Family.GGUF, _ configuration: ModelConfiguration) {
    self.keys = keys
    self.gguf = gguf
    self.configuration = configuration
  }

  func check() throws(ArchitectureError) {
    for name in keys.names where !isKnown(name) {
      guard let value = try keys.value(name), !isNeutral(value, of: name) else { continue }
      throw .unsupported(
        path: keys.path,
        what:
          "the key \(keys.architecture).\(name) is not supported, and may change what the model "
          + "computes",
        advice: "only models without it can be run")
    }
  }

  private func isKnown(_ name: String) -> Bool {
    if let key = GGUFModelKey(rawValue: name) { return !key.isFactor || gguf.optional[key] != nil }
    return Self.read.contains(name) || Self.harmless.contains(name)
      || Self.harmlessPrefixes.contains(where: name.hasPrefix)
  }

  /// Whether a key with this value changes nothing.
  private func isNeutral(_ value: GGUFValue, of name: String) -> Bool {
    guard let numbers = value.numbers else { return false }
    let stated: Double? =
      switch name {
      case "attention.scale": configuration.attentionScale
      case "attention.max_alibi_bias": configuration.biasExponent
      case "attention.key_length_swa", "attention.value_length_swa":
        Double(configuration.headDimension)
      case "rope.dimension_count_swa":
        configuration.rotary.map { Double($0.dimension) } ?? numbers.first
      case "embedding_length_out": Double(configuration.hiddenSize)
      case "activation.situ_beta", "embedding_scale", "residual_scale", "logit_scale",
        "attention.output_scale", "attention.value_scale", "attention.rope_pattern":
        1
      default: nil
      }
    return numbers.allSatisfy { number in
      // llama.cpp writes -1 for what is not set, with or without its sign.
      number == 0 || number == -1 || number == Double(UInt32.max)
        || stated.map { abs(number / $0 - 1) < 1e-6 } ?? false
    }
  }

  /// Keys that are read besides those that are written.
  private static let read: Set<String> = [
    "expert_count", "rope.scale_linear", "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow",
  ]

  /// Keys that llama.cpp computes itself, and those about training, storage, pooling of embeddings,
  /// and experts of models that have none.
  private static let harmless: Set<String> = [
    "classifier.output_labels", "classifier.pooling_type", "interleave_moe_layer_step",
    "leading_dense_block_count",
    "moe_every_n_layers", "pooling_type", "rope.dimension_sections", "rope.finetuned",
    "rope.scaling.finetuned", "rope.scaling.yarn_attn_factor", "router_logit_softcapping",
    "tensor_data_layout", "token_shift_count",
  ]

  /// Keys of experts, of the parts for images and sound that some files hold beside the text model,
  /// and of parts whose tensors are refused by name.
  private static let harmlessPrefixes = [
    "attention.indexer.", "audio.", "clip.", "dense_2_feat_", "dense_3_feat_", "expert_", "kda.",
    "mm.", "projector.", "vision.",
  ]
}

extension GGUFValue {
  /// The number or truth value, or those of an array; nil for texts.
  fileprivate var numbers: [Double]? {
    switch self {
    case .bool(let flag): [flag ? 1 : 0]
    case .array(.f64(let values)): values
    case .array(.bool(let flags)): flags.map { $0 ? 1 : 0 }
    case .array(let array): array.floats?.map(Double.init) ?? array.ints?.map(Double.init)
    default: (double ?? int.map(Double.init)).map { [$0] }
    }
  }
}
