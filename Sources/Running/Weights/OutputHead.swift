import Architectures
package import Checkpoints
package import Kernels

/// Map from the residual stream after the last layer to logits over the vocabulary.
package struct OutputHead: Sendable {
  private let norm: Norm?
  /// Nil for a model without one, whose last hidden states stand for logits.
  private let projection: Matrix?
  private let bias: [Float]?
  private let scale: Float
  private let softCap: Float?

  package init(_ model: Model, parallel: Parallel) throws(ModelError) {
    norm = try model.norm(.outputNorm, parallel: parallel)
    let role: TensorRole = model.configuration.tiedOutput ? .tokenEmbedding : .output
    projection =
      model.configuration.hasHead
      ? try model.requiredMatrix(role, parallel: parallel).multiplying(in: model.precision) : nil
    bias =
      model.configuration.has(.outputBias) ? try model.vector(.outputBias, parallel: parallel) : nil
    scale = Float(model.configuration.outputScale)
    softCap = model.configuration.outputSoftCap.map(Float.init)
  }

  /// Logits, T × V, from the residual stream of a window, T × D.
  package func logits(_ stream: Matrix) -> Matrix {
    let hidden = norm?(stream) ?? stream
    guard let projection else { return hidden }
    var logits = hidden.timesTransposed(projection)
    if let bias { logits.add(toEveryRow: bias[...]) }
    if scale != 1 { logits.multiply(by: scale) }
    if let softCap { logits.cap(at: softCap) }
    return logits
  }
}
