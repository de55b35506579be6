package import Kernels

/// From the residual stream behind the last layer to a distribution over the vocabulary.
package struct OutputHead: Sendable {
  private let norm: [Float]
  private let projection: Matrix
  private let epsilon: Float

  package init(_ model: Model, parallel: Parallel) throws(ModelError) {
    norm = try model.requiredVector(.outputNorm, parallel: parallel)
    let role: TensorRole = model.configuration.tiedOutput ? .tokenEmbedding : .output
    projection = try model.requiredMatrix(role, parallel: parallel)
    epsilon = Float(model.configuration.normEpsilon)
  }

  /// T × V, from the T × D residual stream of a window.
  package func logits(_ stream: Matrix) -> Matrix {
    stream.rootMeanSquareNormalized(weight: norm, epsilon: epsilon).timesTransposed(projection)
  }
}
