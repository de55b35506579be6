package import JSON

/// Check of a configuration whose family a user described: keys that change what a model computes,
/// and that no description expresses, are refused.
///
/// Transformers' own families need no such check: it ignores the keys that a family does not read.
package struct DescribedConfiguration {
  private let root: JSONField
  private let family: Family
  private let configuration: ModelConfiguration

  package init(_ root: JSONField, _ family: Family, _ configuration: ModelConfiguration) {
    self.root = root
    self.family = family
    self.configuration = configuration
  }

  package func check() throws(JSONFieldError) {
    let read = [
      family.keys.embeddingFactor, family.keys.residualFactor, family.keys.outputFactor,
      family.keys.outputDivisor, family.keys.projectionLimit,
    ]
    for (key, neutral) in Self.factors where !read.contains(key) {
      try refuse(key) { $0.double == neutral }
    }
    if case .linearBiases = family.positions {
      for key in Self.linearBiases { try refuse(key) { $0 == .bool(true) } }
      try refuse("alibi_bias_max") { $0.double == configuration.biasExponent }
    } else {
      for key in Self.linearBiases { try refuse(key) { $0 == .bool(false) } }
    }
    for key in Self.features where !read.contains(key) && !isRotationRule(key) {
      try refuse(key) { $0 == .bool(false) || $0.int == 0 }
    }
    try refuse("attention_multiplier") { value in
      value.double.map { abs($0 / configuration.attentionScale - 1) < 1e-6 } ?? false
    }
    if case .none = family.unrotatedLayers {
      try refuse("no_rope_layers") { $0.array?.allSatisfy { $0.int == 1 } ?? false }
    }
    for key in ["use_parallel_residual", "parallel_residual", "parallel_attn"] {
      try refuse(key) { $0.bool == configuration.isParallel }
    }
    for key in ["rope_interleave", "rope_interleaved", "rotary_interleaved"] {
      try refuse(key) { $0.bool == family.layouts[.transformers]?.pairsNeighbours }
    }
    try checkRotation()
    try checkWindows()
    try checkNorms()
  }

  /// Whether a key states which layers are rotated, in this family.
  private func isRotationRule(_ key: String) -> Bool {
    if case .listed(_, key, _) = family.unrotatedLayers { true } else { false }
  }

  private func checkRotation() throws(JSONFieldError) {
    guard let rotary = configuration.rotary else { return }
    let head = Double(configuration.headDimension)
    for key in ["partial_rotary_factor", "rotary_pct", "rope_pct"] {
      try refuse(key) { share in
        share.double.map { (head * $0).rounded(.down) == Double(rotary.dimension) } ?? false
      }
    }
    try refuse("rotary_dim") { $0.int == rotary.dimension }
  }

  private func checkWindows() throws(JSONFieldError) {
    let isLimited = configuration.spans.contains { $0 != nil }
    guard case .all = family.windowedLayers else { return }
    try refuse("layer_types") { value in
      value.array?.allSatisfy {
        $0.string == (isLimited ? "sliding_attention" : "full_attention")
      } ?? false
    }
    guard isLimited else { return }
    if family.isEncoder, !family.windowsAreCentred {
      throw try root.member(family.keys.window ?? "").mismatch(
        expected: "no window, because the family is an encoder")
    }
    try refuse("use_sliding_window") { $0.bool == true }
    for key in ["max_window_layers", "sliding_window_pattern"] { try refuse(key) { _ in false } }
  }

  private func checkNorms() throws(JSONFieldError) {
    let hasNorms = family.layouts[.transformers]?.names[.queryNorm] != nil
    for key in ["use_qk_norm", "qk_layernorm", "qk_norm"] {
      try refuse(key) { $0.bool == hasNorms }
    }
    if hasNorms, !family.normsFollowRotation {
      try refuse("model_type") { !Self.normsAfterRotation.contains($0.string ?? "") }
    }
  }

  /// Throws for a member with an effect.
  private func refuse(
    _ key: String, unless isHarmless: (JSONValue) -> Bool
  ) throws(JSONFieldError) {
    guard let field = try root.optional(key), !isHarmless(field.value) else { return }
    throw field.mismatch(
      expected: "a value that the description \(family.name) expresses")
  }

  /// Factors, with the value that changes nothing.
  private static let factors: [(key: String, neutral: Double)] = [
    ("embedding_multiplier", 1), ("residual_multiplier", 1), ("logits_scaling", 1),
    ("logit_scale", 1), ("lm_head_multiplier", 1), ("scale_emb", 1), ("emb_scale", 1),
    ("embedding_scale", 1), ("residual_scale", 1), ("output_multiplier_scale", 1),
    ("mup_width_multiplier", 1), ("mup_embedding_multiplier", 1),
  ]
  private static let linearBiases = ["alibi", "use_alibi"]
  /// Features of which a description has none.
  private static let features = [
    "scale_depth", "dim_model_base", "no_rope_layer_interval", "nope_layer_interval",
    "clip_qkv", "attention_chunk_size", "attn_temperature_tuning",
    "attn_logit_softcap", "logits_soft_cap", "num_kv_shared_layers", "normalize_embedding",
    "hidden_size_per_layer_input", "use_post_norm", "attention_sink",
  ]
  /// Values of `model_type` whose queries and keys are normalised after their rotation.
  private static let normsAfterRotation = ["hunyuan_v1_dense", "hunyuan_v1_moe", "llama4_text"]
}
