import Architectures
package import Checkpoints
package import Kernels

/// Map from the residual stream after the last layer to logits over the vocabulary.
package struct OutputHead: Sendable {
  private let norm: Norm?
  private let projection: Matrix
  private let softCap: Float?

  package init(_ model: Model, parallel: Parallel) throws(ModelError) {
    norm = try model.norm(.outputNorm, parallel: parallel)
    let role: TensorRole = model.configuration.tiedOutput ? .tokenEmbedding : .output
    projection = try model.requiredMatrix(role, parallel: parallel)
    softCap = model.configuration.outputSoftCap.map(Float.init)
  }

  /// Logits, T × V, from the residual stream of a window, T × D.
  package func logits(_ stream: Matrix) -> Matrix {
    var logits = (norm?(stream) ?? stream).timesTransposed(projection)
    if let softCap { logits.cap(at: softCap) }
    return logits
  }
}
