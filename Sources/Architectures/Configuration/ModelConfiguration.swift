package import enum Kernels.Activation

/// Numbers of a model from its configuration, validated on reading.
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
  /// Longest window that the model was made for.
  package let contextLength: Int
  package let normEpsilon: Double
  package let activation: Activation
  /// Whether the output projection is the token embedding.
  package let tiedOutput: Bool
  /// Roles of the biases that the model has.
  package let biases: Set<TensorRole>
  /// Nil for learned positions.
  package let rotary: RotaryPositions?
  /// Rotation of windowed layers; nil if they share ``rotary``.
  package let windowedRotary: RotaryPositions?
  /// Attention span of each layer in positions, the current one included; nil for no limit.
  package let spans: [Int?]
  /// Factor of the attention scores.
  package let attentionScale: Double
  package let attentionSoftCap: Double?
  package let outputSoftCap: Double?
  /// Rows of the token type embedding; 0 for none.
  package let tokenTypes: Int
  /// Whether attention and the feed-forward network read the same residual stream.
  package let isParallel: Bool

  /// Rotation of a layer.
  package func rotary(layer: Int) -> RotaryPositions? {
    spans[layer] == nil ? rotary : windowedRotary ?? rotary
  }
}
