import Tensors

extension ModelConfiguration {
  /// The tensors that a model of this configuration must have, and their shapes.
  package func expectedTensors(
    of family: Family, _ naming: TensorNaming
  ) -> [(role: TensorRole, layer: Int?, shape: [Int])] {
    var expected: [(role: TensorRole, layer: Int?, shape: [Int])] = []
    for role in TensorRole.allCases where family.tensors[naming]?[role] != nil {
      guard let shape = shape(of: role) else { continue }
      if role.isPerLayer {
        for layer in 0..<layers { expected.append((role, layer, shape)) }
      } else {
        expected.append((role, nil, shape))
      }
    }
    return expected
  }

  /// Nil where a model of this configuration has no such tensor.
  private func shape(of role: TensorRole) -> [Int]? {
    let queries = heads * headDimension
    let keys = keyValueHeads * headDimension
    switch role {
    case .tokenEmbedding: return [vocabularySize, hiddenSize]
    case .output: return tiedOutput ? nil : [vocabularySize, hiddenSize]
    case .outputNorm, .attentionNorm, .feedForwardNorm: return [hiddenSize]
    case .query: return [queries, hiddenSize]
    case .key, .value: return [keys, hiddenSize]
    case .attentionOutput: return [hiddenSize, queries]
    case .gate, .up: return [intermediateSize, hiddenSize]
    case .down: return [hiddenSize, intermediateSize]
    case .queryBias: return attentionBias ? [queries] : nil
    case .keyBias, .valueBias: return attentionBias ? [keys] : nil
    case .attentionOutputBias: return attentionBias ? [hiddenSize] : nil
    case .gateBias, .upBias: return feedForwardBias ? [intermediateSize] : nil
    case .downBias: return feedForwardBias ? [hiddenSize] : nil
    }
  }
}

extension Model {
  /// Fails if the tensors are not those that the configuration asks for.
  static func checkShapes(
    _ configuration: ModelConfiguration, _ family: Family, _ checkpoint: Checkpoint
  ) throws(ModelError) {
    let naming = checkpoint.naming
    for (role, layer, shape) in configuration.expectedTensors(of: family, naming) {
      guard let name = family.tensorName(role, layer: layer, naming) else { continue }
      if let unknown = checkpoint.unknownType(of: TensorName(name)) {
        throw .elementType(path: checkpoint.path, tensor: name, found: "type \(unknown)")
      }
      guard let tensor = checkpoint.tensor(TensorName(name)) else {
        throw .missingTensor(path: checkpoint.path, name: name)
      }
      guard tensor.shape == shape else {
        throw .shape(
          path: checkpoint.path, tensor: name, expected: shape, found: tensor.shape)
      }
      let type = tensor.elementType
      let isPlain = [.f16, .bf16, .f32, .f64].contains(type)
      guard isPlain || type.isQuantized && type.isDecodable else {
        throw .elementType(path: checkpoint.path, tensor: name, found: type.rawValue)
      }
    }
  }
}
