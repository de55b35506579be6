/// Names of the keys in `config.json`; the defaults are those of most families.
package struct FamilyKeys: Sendable {
  package var layers = "num_hidden_layers"
  package var hiddenSize = "hidden_size"
  package var intermediateSize = "intermediate_size"
  package var heads = "num_attention_heads"
  package var keyValueHeads = "num_key_value_heads"
  package var headDimension = "head_dim"
  package var vocabularySize = "vocab_size"
  package var contextLength = "max_position_embeddings"
  /// Nil if the epsilon is always 10⁻⁵.
  package var normEpsilon: String? = "rms_norm_eps"
  /// The first key present counts.
  package var activation = ["hidden_act"]
  package var rotaryBase = "rope_theta"
  /// Fraction of a head's dimensions that is rotated.
  package var rotaryFraction = "partial_rotary_factor"
  package var tokenTypes = "type_vocab_size"
  /// Number whose square root divides attention scores, in place of the head dimension.
  package var attentionScalar = "query_pre_attn_scalar"
  package var attentionSoftCap = "attn_logit_softcapping"
  package var outputSoftCap = "final_logit_softcapping"
  package var window = "sliding_window"
}
