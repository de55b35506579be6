import Tensors

extension ModelConfiguration {
  /// Tensors that a model of this configuration must have, with their shapes.
  package func expectedTensors(
    of family: Family, _ naming: TensorNaming
  ) -> [(role: TensorRole, layer: Int?, shape: [Int])] {
    guard let layout = family.layouts[naming] else { return [] }
    var expected: [(role: TensorRole, layer: Int?, shape: [Int])] = []
    var names: Set<String> = []
    for role in TensorRole.allCases where has(role) {
      // Two norms may be one tensor.
      guard let name = layout.name(role), names.insert(name).inserted else { continue }
      let first = family.absentInFirst.contains(role) ? 1 : 0
      for layer in role.isPerLayer ? (first..<layers).map(Optional.init) : [nil] {
        var shape = shape(of: role, layer: layer, family)
        if layout.isTransposed && role.isProjection { shape.reverse() }
        expected.append((role, layer, shape))
      }
    }
    return expected
  }

  /// Whether a model of this configuration has the tensor that the layout names.
  ///
  /// Biases beyond the configuration are ignored, as in Transformers.
  package func has(_ role: TensorRole) -> Bool {
    switch role {
    case .output: hasHead && !tiedOutput
    case .outputBias: hasHead && biases.contains(.outputBias)
    case .tokenTypeEmbedding: tokenTypes > 0
    default: role.biased == nil ? !bareNorms.contains(role) : biases.contains(role)
    }
  }

  /// Shape in the usual layout, with one output per row.
  private func shape(of role: TensorRole, layer: Int?, _ family: Family) -> [Int] {
    let neurons = layer.map { self.neurons[$0] } ?? 0
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
    case .gate, .up: return [neurons, hiddenSize]
    case .gateUp: return [2 * neurons, hiddenSize]
    case .down: return [hiddenSize, neurons]
    case .activationPositive, .activationNegative: return [1]
    case .activationLinear, .activationFloor: return []
    case .queryBias: return [queries]
    case .keyBias, .valueBias: return [keys]
    case .queryKeyValueBias: return [queries + 2 * keys]
    case .outputBias: return [vocabularySize]
    case .gateBias, .upBias: return [neurons]
    case .attentionOutputBias, .downBias, .embeddingNormBias, .outputNormBias, .attentionNormBias,
      .attentionStreamNormBias, .feedForwardNormBias, .feedForwardStreamNormBias:
      return [hiddenSize]
    }
  }
}
