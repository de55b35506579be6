package import enum Kernels.Activation

/// Numbers of a model from its configuration, validated on reading.
package struct ModelConfiguration: Sendable, Equatable {
  package let layers: Int
  /// D, the width of the residual stream.
  package let hiddenSize: Int
  /// H of each feed-forward layer.
  package let neurons: NeuronCounts
  package let heads: Int
  package let keyValueHeads: Int
  package let headDimension: Int
  package let vocabularySize: Int
  /// Longest window that the model was made for.
  package let contextLength: Int
  package let normEpsilon: Double
  package let activation: Activation
  /// Numbers of the activation; nil if it has none, or if they are tensors.
  package var learnedActivation: LearnedActivation?
  /// Whether the output projection is the token embedding.
  ///
  /// Stated by the configuration, until the tensors show that both are different.
  package var tiedOutput: Bool
  /// Whether the model has an output projection; without one it predicts no token.
  package var hasHead = true
  /// Norms without weights.
  package let bareNorms: Set<TensorRole>
  /// Roles of the biases that the model has.
  package let biases: Set<TensorRole>
  /// Nil for positions of another kind.
  package let rotary: RotaryPositions?
  /// Rotation of windowed layers; nil if they share ``rotary``.
  package let windowedRotary: RotaryPositions?
  /// Layers whose queries and keys are not rotated, though those of others are.
  package let unrotated: Set<Int>
  /// Attention span of each layer in positions, the current one included; nil for no limit.
  package let spans: [Int?]
  /// Exponent m of the steepest term for distances in attention scores, 2⁻ᵐ ᐟ ⁿ of n heads; nil for
  /// positions of another kind.
  package let biasExponent: Double?
  /// Factor of the attention scores.
  package let attentionScale: Double
  package let attentionSoftCap: Double?
  /// Largest magnitude of queries, keys and values; nil for no limit.
  package let projectionLimit: Double?
  /// Factor of embeddings.
  package let embeddingScale: Double
  /// Factor of what a branch adds to the residual stream.
  package let residualScale: Double
  /// Factor of logits.
  package let outputScale: Double
  package let outputSoftCap: Double?
  /// Rows of the token type embedding; 0 for none.
  package let tokenTypes: Int
  /// Whether a position attends only to itself and earlier ones.
  package let isCausal: Bool
  /// Whether attention and the feed-forward network read the same residual stream.
  package let isParallel: Bool

  /// Rotation of a layer.
  package func rotary(layer: Int) -> RotaryPositions? {
    if unrotated.contains(layer) { return nil }
    return spans[layer] == nil ? rotary : windowedRotary ?? rotary
  }
}
