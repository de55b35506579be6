import Tensors

extension ModelConfiguration {
  /// Tensors that a model of this configuration must have, with their shapes.
  package func expectedTensors(
    of family: Family, _ naming: TensorNaming
  ) -> [(role: TensorRole, layer: Int?, shape: [Int])] {
    guard let layout = family.layouts[naming] else { return [] }
    var expected: [(role: TensorRole, layer: Int?, shape: [Int])] = []
    for role in TensorRole.allCases where layout.name(role) != nil && has(role) {
      var shape = shape(of: role, family)
      if layout.isTransposed && role.isProjection { shape.reverse() }
      if role.isPerLayer {
        for layer in 0..<layers { expected.append((role, layer, shape)) }
      } else {
        expected.append((role, nil, shape))
      }
    }
    return expected
  }

  /// Whether a model of this configuration has the tensor that the layout names.
  ///
  /// Biases beyond the configuration are ignored, as in Transformers.
  package func has(_ role: TensorRole) -> Bool {
    switch role {
    case .output: !tiedOutput
    case .tokenTypeEmbedding: tokenTypes > 0
    default: role.biased == nil || biases.contains(role)
    }
  }

  /// Shape in the usual layout, with one output per row.
  private func shape(of role: TensorRole, _ family: Family) -> [Int] {
    let queries = heads * headDimension
    let keys = keyValueHeads * headDimension
    switch role {
    case .tokenEmbedding, .output: return [vocabularySize, hiddenSize]
    case .positionEmbedding: return [contextLength + family.firstPosition, hiddenSize]
    case .tokenTypeEmbedding: return [tokenTypes, hiddenSize]
    case .embeddingNorm, .outputNorm, .attentionNorm, .attentionOutputNorm, .attentionStreamNorm,
      .feedForwardNorm, .feedForwardOutputNorm, .feedForwardStreamNorm:
      return [hiddenSize]
    case .queryNorm: return [family.normsWholeHeads ? queries : headDimension]
    case .keyNorm: return [family.normsWholeHeads ? keys : headDimension]
    case .query: return [queries, hiddenSize]
    case .key, .value: return [keys, hiddenSize]
    case .queryKeyValue: return [queries + 2 * keys, hiddenSize]
    case .attentionOutput: return [hiddenSize, queries]
    case .gate, .up: return [intermediateSize, hiddenSize]
    case .gateUp: return [2 * intermediateSize, hiddenSize]
    case .down: return [hiddenSize, intermediateSize]
    case .queryBias: return [queries]
    case .keyBias, .valueBias: return [keys]
    case .queryKeyValueBias: return [queries + 2 * keys]
    case .gateBias, .upBias: return [intermediateSize]
    case .attentionOutputBias, .downBias, .embeddingNormBias, .outputNormBias, .attentionNormBias,
      .attentionStreamNormBias, .feedForwardNormBias, .feedForwardStreamNormBias:
      return [hiddenSize]
    }
  }
}
