import Architectures
package import Checkpoints
package import Kernels

/// Transformer layer without its feed-forward network, weights as floats.
package struct DecoderLayer: Sendable {
  private let attention: Attention
  private let isParallel: Bool
  private let attentionNorm: Norm?
  private let query: Projection
  private let key: Projection
  private let value: Projection
  private let queryNorm: Norm?
  private let keyNorm: Norm?
  private let normsFollowRotation: Bool
  private let output: Projection
  private let attentionOutputNorm: Norm?
  private let attentionStreamNorm: Norm?
  private let feedForwardNorm: Norm?
  /// Nil for positions of another kind.
  private let rotate: WindowRotation?
  private let limit: Float?
  private let scale: Float
  package let join: ResidualJoin

  /// - Parameters:
  ///   - model: the model of the layer.
  ///   - layer: number of the layer.
  ///   - positions: rows of the longest window.
  ///   - omitted: tokens of each window that have no row.
  ///   - parallel: the loop that reads and decodes.
  /// - Throws: ``ModelError`` if weights cannot be read.
  package init(
    _ model: Model, layer: Int, positions: Int, omitted: Int, parallel: Parallel
  ) throws(ModelError) {
    func norm(_ role: TensorRole) throws(ModelError) -> Norm? {
      try model.norm(role, layer: layer, parallel: parallel)
    }
    let configuration = model.configuration
    attention = Attention(
      heads: configuration.heads, keyValueHeads: configuration.keyValueHeads,
      scale: Float(configuration.attentionScale), isCausal: configuration.isCausal,
      span: configuration.spans[layer], isCentred: model.family.windowsAreCentred,
      softCap: configuration.attentionSoftCap.map(Float.init),
      slopes: configuration.biasExponent.map {
        Attention.slopes(heads: configuration.heads, exponent: $0)
      } ?? [])
    isParallel = configuration.isParallel
    attentionNorm = try norm(.attentionNorm)
    (query, key, value) = try model.attentionProjections(layer: layer, parallel: parallel)
    queryNorm = try norm(.queryNorm)
    keyNorm = try norm(.keyNorm)
    normsFollowRotation = model.family.normsFollowRotation
    output = try model.projection(.attentionOutput, layer: layer, parallel: parallel)
    attentionOutputNorm = try norm(.attentionOutputNorm)
    attentionStreamNorm = try norm(.attentionStreamNorm)
    feedForwardNorm = try norm(.feedForwardNorm)
    rotate = configuration.rotary(layer: layer).map {
      WindowRotation(
        $0, headDimension: configuration.headDimension, longest: positions, omitted: omitted)
    }
    join = ResidualJoin(
      outputNorm: try norm(.feedForwardOutputNorm), streamNorm: try norm(.feedForwardStreamNorm),
      scale: Float(configuration.residualScale))
    limit = configuration.projectionLimit.map { Float($0) }
    scale = Float(configuration.residualScale)
  }

  /// Adds the attention output to the residual stream of a window.
  ///
  /// - Parameter stream: T × D, row t being position t.
  /// - Returns: T × D, the input of the feed-forward network if it depends on the stream before
  ///   attention; else nil.
  package func attend(_ stream: inout Matrix) -> Matrix? {
    let input = attentionNorm?(stream) ?? stream
    let besides = isParallel ? feedForwardNorm?(stream) ?? stream : nil
    var queries = query(input)
    var keys = key(input)
    var values = value(input)
    if let limit {
      queries.clamp(to: limit)
      keys.clamp(to: limit)
      values.clamp(to: limit)
    }
    if normsFollowRotation { rotate?(&queries, &keys) }
    if let queryNorm { queries = queryNorm(queries) }
    if let keyNorm { keys = keyNorm(keys) }
    if !normsFollowRotation { rotate?(&queries, &keys) }
    let heads = attention(queries: queries, keys: keys, values: values)
    var joining = output(heads)
    if let attentionOutputNorm { joining = attentionOutputNorm(joining) }
    if scale != 1 { joining.multiply(by: scale) }
    stream.add(joining)
    if let attentionStreamNorm { stream = attentionStreamNorm(stream) }
    return besides
  }

  /// Input x of the feed-forward network, T × D.
  ///
  /// - Parameters:
  ///   - stream: T × D, with the attention output added.
  ///   - besides: the result of ``attend(_:)``.
  /// - Returns: T × D.
  package func feedForwardInput(_ stream: Matrix, besides: Matrix?) -> Matrix {
    besides ?? feedForwardNorm?(stream) ?? stream
  }
}
