package import enum Kernels.Activation

/// The numbers of a model, from its configuration, read once and valid from then on.
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
  /// Whether the output projection is the token embedding.
  package let tiedOutput: Bool
  /// The biases that the model has.
  package let biases: Set<TensorRole>
  /// Nil where positions are learned.
  package let rotary: RotaryPositions?
  /// That of the layers that see a window, where they have their own.
  package let windowedRotary: RotaryPositions?
  /// For each layer how many positions one sees, itself included; nil for all before it.
  package let spans: [Int?]
  /// What the scores of attention are multiplied by.
  package let attentionScale: Double
  package let attentionSoftCap: Double?
  package let outputSoftCap: Double?
  /// The rows of the embedding of token types; 0 for none.
  package let tokenTypes: Int
  /// Whether attention and the feed-forward network read the same residual stream.
  package let isParallel: Bool

  /// The rotation of a layer.
  package func rotary(layer: Int) -> RotaryPositions? {
    spans[layer] == nil ? rotary : windowedRotary ?? rotary
  }
}
