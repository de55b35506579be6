/// What a tensor does in a decoder; a family says what each is called.
package enum TensorRole: String, Sendable, Hashable, CaseIterable {
  case tokenEmbedding
  case outputNorm
  case output

  case attentionNorm
  case query
  case key
  case value
  case attentionOutput
  case feedForwardNorm
  case gate
  case up
  case down

  case queryBias
  case keyBias
  case valueBias
  case attentionOutputBias
  case gateBias
  case upBias
  case downBias

  /// Whether there is one in each layer.
  package var isPerLayer: Bool {
    switch self {
    case .tokenEmbedding, .outputNorm, .output: false
    default: true
    }
  }
}
