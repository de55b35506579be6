/// What a tensor does in a model; a family says what each is called.
package enum TensorRole: String, Sendable, Hashable, CaseIterable {
  case tokenEmbedding
  case positionEmbedding
  case tokenTypeEmbedding
  case embeddingNorm
  case outputNorm
  case output

  case attentionNorm
  case query
  case key
  case value
  /// Query, key and value in one.
  case queryKeyValue
  /// Norms of queries and keys, before they are rotated.
  case queryNorm
  case keyNorm
  case attentionOutput
  /// The norm of what attention gives, before it joins the residual stream.
  case attentionOutputNorm
  /// The norm of the residual stream that attention has joined.
  case attentionStreamNorm
  case feedForwardNorm
  case gate
  case up
  /// Gate and up in one, gate first.
  case gateUp
  case down
  /// The norm of what the feed-forward network gives, before it joins the residual stream.
  case feedForwardOutputNorm
  /// The norm of the residual stream that the feed-forward network has joined.
  case feedForwardStreamNorm

  case embeddingNormBias
  case outputNormBias
  case attentionNormBias
  case queryBias
  case keyBias
  case valueBias
  case queryKeyValueBias
  case attentionOutputBias
  case attentionStreamNormBias
  case feedForwardNormBias
  case gateBias
  case upBias
  case downBias
  case feedForwardStreamNormBias

  /// Whether there is one in each layer.
  package var isPerLayer: Bool {
    switch self {
    case .tokenEmbedding, .positionEmbedding, .tokenTypeEmbedding, .embeddingNorm,
      .embeddingNormBias, .outputNorm, .outputNormBias, .output:
      false
    default: true
    }
  }

  /// The bias that belongs to a matrix or a norm.
  package var bias: TensorRole? { Self(rawValue: rawValue + Self.biasEnding) }

  /// The matrix or norm that a bias belongs to; nil for what is no bias.
  var biased: TensorRole? {
    guard rawValue.hasSuffix(Self.biasEnding) else { return nil }
    return Self(rawValue: String(rawValue.dropLast(Self.biasEnding.count)))
  }

  private static let biasEnding = "Bias"

  /// Whether it is a matrix from one width to another, which some store transposed.
  package var isProjection: Bool {
    switch self {
    case .query, .key, .value, .queryKeyValue, .attentionOutput, .gate, .up, .gateUp, .down: true
    default: false
    }
  }

  var isNorm: Bool { rawValue.hasSuffix("Norm") }
}
