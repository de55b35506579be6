import Architectures
package import Checkpoints
import DMOE
import Tensors

extension Model {
  /// Weights read to run one token.
  package struct Reads: Sendable, Equatable {
    package var parameters = 0
    /// Stored size, or the size after rounding.
    package var bytes = 0

    mutating func add(_ tensor: TensorDescription, rows: Int? = nil) {
      let all = max(tensor.shape.first ?? 1, 1)
      parameters += tensor.elementCount / all * (rows ?? all)
      bytes += tensor.byteCount / all * (rows ?? all)
    }
  }

  /// Bytes of weights that a token of the dense model reads.
  package var bytesPerToken: Int {
    let (shared, feedForward) = reads
    return shared.bytes + feedForward.bytes
  }

  /// Weights that every token reads regardless of its experts, and all weights of the feed-forward
  /// layers.
  package var reads: (shared: Reads, feedForward: Reads) {
    var neuronNames: Set<TensorName> = []
    for layer in 0..<configuration.layers {
      neuronNames.formUnion(neuronTensors(layer: layer).map(\.name))
    }
    // A token reads one row of the embedding, but all of it if it is also the output projection.
    let embedding = configuration.tiedOutput ? nil : tensorName(.tokenEmbedding)
    var shared = Reads()
    var feedForward = Reads()
    for tensor in checkpoint.tensors.map(stored) {
      if neuronNames.contains(tensor.name) {
        feedForward.add(tensor)
      } else {
        shared.add(tensor, rows: tensor.name.text == embedding ? 1 : nil)
      }
    }
    return (shared, feedForward)
  }
}
