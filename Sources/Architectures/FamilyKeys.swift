/// Names of the keys in `config.json` that a family reads; the defaults are those of most families.
///
/// Nil for a key that Transformers ignores in the family: its value has no effect.
package struct FamilyKeys: Sendable {
  package static let usualWidth = "intermediate_size"

  package var layers = "num_hidden_layers"
  package var hiddenSize = "hidden_size"
  /// Size of embeddings, which must be that of hidden states; nil if it always is.
  package var embeddingSize: String?
  /// Nil if H follows from other keys.
  package var intermediateSize: String? = usualWidth
  package var heads = "num_attention_heads"
  /// Nil if every head has its own key and value.
  package var keyValueHeads: String? = "num_key_value_heads"
  /// Nil if the heads share the hidden size evenly.
  package var headDimension: String? = "head_dim"
  package var vocabularySize = "vocab_size"
  package var contextLength = "max_position_embeddings"
  /// Nil if the epsilon is always 10⁻⁵.
  package var normEpsilon: String? = "rms_norm_eps"
  /// The first key present counts; none if the family has one activation.
  package var activation = ["hidden_act"]
  package var rotaryBase = "rope_theta"
  /// Fraction of a head's dimensions that is rotated; nil if all are.
  package var rotaryFraction: String?
  /// Number of a head's dimensions that is rotated.
  package var rotaryDimension: String?
  package var tokenTypes: String?
  /// Number whose square root divides attention scores, in place of the head dimension.
  package var attentionScalar: String?
  /// Factor of attention scores in place of the usual one.
  package var attentionFactor: String?
  package var attentionSoftCap: String?
  package var outputSoftCap: String?
  /// Factor of embeddings.
  package var embeddingFactor: String?
  /// Factor of what attention and the feed-forward network add to the residual stream.
  package var residualFactor: String?
  /// Factor of logits.
  package var outputFactor: String?
  /// Divisor of logits.
  package var outputDivisor: String?
  /// Largest magnitude of queries, keys and values.
  package var projectionLimit: String?
  /// Whether tokens attend to earlier ones only; nil if Transformers has no other form.
  package var causal: String? = "is_causal"
  /// Nil if no layer has a window.
  package var window: String?
}
