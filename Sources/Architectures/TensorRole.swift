/// Role of a tensor in a model; a family maps roles to names.
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
  /// Fused query, key and value.
  case queryKeyValue
  /// Norms of queries and keys, before they are rotated.
  case queryNorm
  case keyNorm
  case attentionOutput
  /// Norm of the attention output, before it is added to the residual stream.
  case attentionOutputNorm
  /// Norm of the residual stream after attention is added.
  case attentionStreamNorm
  case feedForwardNorm
  case gate
  case up
  /// Fused gate and up, gate first.
  case gateUp
  case down
  /// Numbers of an activation that each layer learns.
  case activationPositive
  case activationNegative
  case activationLinear
  case activationFloor
  /// Norm of the feed-forward output, before it is added to the residual stream.
  case feedForwardOutputNorm
  /// Norm of the residual stream after the feed-forward output is added.
  case feedForwardStreamNorm

  case outputBias
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

  /// Whether each layer has one.
  package var isPerLayer: Bool {
    switch self {
    case .tokenEmbedding, .positionEmbedding, .tokenTypeEmbedding, .embeddingNorm,
      .embeddingNormBias, .outputNorm, .outputNormBias, .output, .outputBias:
      false
    default: true
    }
  }

  /// Bias of a matrix or norm; nil if it has none.
  package var bias: TensorRole? { Self(rawValue: rawValue + Self.biasEnding) }

  /// Matrix or norm of a bias; nil for other roles.
  var biased: TensorRole? {
    guard rawValue.hasSuffix(Self.biasEnding) else { return nil }
    return Self(rawValue: String(rawValue.dropLast(Self.biasEnding.count)))
  }

  private static let biasEnding = "Bias"

  /// Whether it is a projection matrix, which some layouts store transposed.
  package var isProjection: Bool {
    switch self {
    case .query, .key, .value, .queryKeyValue, .attentionOutput, .gate, .up, .gateUp, .down: true
    default: false
    }
  }

  /// Whether it is a number of an activation that each layer learns.
  package var isActivation: Bool {
    switch self {
    case .activationPositive, .activationNegative, .activationLinear, .activationFloor: true
    default: false
    }
  }

  var isNorm: Bool { rawValue.hasSuffix("Norm") }
}
