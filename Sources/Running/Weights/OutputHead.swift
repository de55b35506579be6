import Architectures
package import Checkpoints
package import Kernels

/// Map from the residual stream after the last layer to logits over the vocabulary.
package struct OutputHead: Sendable {
  private let norm: Norm?
  /// Nil for a model without one, whose last hidden states stand for logits.
  private let projection: Matrix?
  private let softCap: Float?

  package init(_ model: Model, parallel: Parallel) throws(ModelError) {
    norm = try model.norm(.outputNorm, parallel: parallel)
    let role: TensorRole = model.configuration.tiedOutput ? .tokenEmbedding : .output
    projection =
      model.configuration.hasHead ? try model.requiredMatrix(role, parallel: parallel) : nil
    softCap = model.configuration.outputSoftCap.map(Float.init)
  }

  /// Logits, T × V, from the residual stream of a window, T × D.
  package func logits(_ stream: Matrix) -> Matrix {
    let hidden = norm?(stream) ?? stream
    guard let projection else { return hidden }
    var logits = hidden.timesTransposed(projection)
    if let softCap { logits.cap(at: softCap) }
    return logits
  }
}
