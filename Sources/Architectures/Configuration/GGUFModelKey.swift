/// Key of a GGUF file that describes its model; the raw value omits the architecture prefix.
///
/// Keys are written in the order of the cases.
package enum GGUFModelKey: String, Sendable, CaseIterable {
  case vocabularySize = "vocab_size"
  case contextLength = "context_length"
  case hiddenSize = "embedding_length"
  case layers = "block_count"
  case intermediateSize = "feed_forward_length"
  case activation = "hidden_activation"
  case heads = "attention.head_count"
  case keyValueHeads = "attention.head_count_kv"
  case keyLength = "attention.key_length"
  case valueLength = "attention.value_length"
  case rootMeanSquareEpsilon = "attention.layer_norm_rms_epsilon"
  case layerNormEpsilon = "attention.layer_norm_epsilon"
  case isCausal = "attention.causal"
  case window = "attention.sliding_window"
  case windowPattern = "attention.sliding_window_pattern"
  case attentionScale = "attention.scale"
  case projectionLimit = "attention.clamp_kqv"
  case biasExponent = "attention.max_alibi_bias"
  case embeddingScale = "embedding_scale"
  case residualScale = "residual_scale"
  case outputScale = "logit_scale"
  case attentionSoftCap = "attn_logit_softcapping"
  case outputSoftCap = "final_logit_softcapping"
  case isParallel = "use_parallel_residual"
  case rotaryBase = "rope.freq_base"
  case windowedRotaryBase = "rope.freq_base_swa"
  case rotaryDimension = "rope.dimension_count"
  case scaling = "rope.scaling.type"
  case scalingFactor = "rope.scaling.factor"
  case scalingOriginal = "rope.scaling.original_context_length"
  case scalingMagnitude = "rope.scaling.attn_factor"

  /// Whether it has an effect only in the few architectures that read it.
  package var isFactor: Bool {
    switch self {
    case .attentionScale, .projectionLimit, .biasExponent, .embeddingScale, .residualScale,
      .outputScale, .activation:
      true
    default: false
    }
  }
}
