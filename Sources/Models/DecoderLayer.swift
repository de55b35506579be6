package import Kernels

/// What a layer does besides its feed-forward network, with its weights as floats.
package struct DecoderLayer: Sendable {
  private let configuration: ModelConfiguration
  private let attentionNorm: [Float]
  private let query: Matrix
  private let key: Matrix
  private let value: Matrix
  private let output: Matrix
  private let queryBias: [Float]?
  private let keyBias: [Float]?
  private let valueBias: [Float]?
  private let outputBias: [Float]?
  private let feedForwardNorm: [Float]

  package init(_ model: Model, layer: Int, parallel: Parallel) throws(ModelError) {
    func matrix(_ role: TensorRole) throws(ModelError) -> Matrix {
      try model.requiredMatrix(role, layer: layer, parallel: parallel)
    }
    func vector(_ role: TensorRole) throws(ModelError) -> [Float]? {
      try model.vector(role, layer: layer, parallel: parallel)
    }
    configuration = model.configuration
    attentionNorm = try model.requiredVector(.attentionNorm, layer: layer, parallel: parallel)
    query = try matrix(.query)
    key = try matrix(.key)
    value = try matrix(.value)
    output = try matrix(.attentionOutput)
    queryBias = try vector(.queryBias)
    keyBias = try vector(.keyBias)
    valueBias = try vector(.valueBias)
    outputBias = try vector(.attentionOutputBias)
    feedForwardNorm = try model.requiredVector(.feedForwardNorm, layer: layer, parallel: parallel)
  }

  /// Adds what attention gives to the residual stream of a window.
  ///
  /// - Parameters:
  ///   - stream: T × D, row t being position t.
  ///   - rotary: the table of rotations, of at least T positions.
  package func attend(_ stream: inout Matrix, rotary: RotaryEmbedding) {
    let input = stream.rootMeanSquareNormalized(
      weight: attentionNorm, epsilon: Float(configuration.normEpsilon))
    var queries = input.timesTransposed(query)
    var keys = input.timesTransposed(key)
    var values = input.timesTransposed(value)
    if let queryBias { queries.add(toEveryRow: queryBias[...]) }
    if let keyBias { keys.add(toEveryRow: keyBias[...]) }
    if let valueBias { values.add(toEveryRow: valueBias[...]) }
    rotary.rotate(&queries)
    rotary.rotate(&keys)
    let heads = Attention.causal(
      queries: queries, keys: keys, values: values, heads: configuration.heads,
      keyValueHeads: configuration.keyValueHeads)
    stream.add(heads.timesTransposed(output))
    if let outputBias { stream.add(toEveryRow: outputBias[...]) }
  }

  /// What the feed-forward network receives: x of the definitions, T × D.
  package func feedForwardInput(_ stream: Matrix) -> Matrix {
    stream.rootMeanSquareNormalized(
      weight: feedForwardNorm, epsilon: Float(configuration.normEpsilon))
  }
}
