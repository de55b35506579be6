import Architectures
package import Checkpoints
import DMOE
import Tensors

extension Model {
  /// Weights that are read to run one token.
  package struct Reads: Sendable, Equatable {
    package var parameters = 0
    /// As they are stored in the checkpoint, or would be if they are rounded.
    package var bytes = 0

    mutating func add(_ tensor: TensorDescription, rows: Int? = nil) {
      let all = max(tensor.shape.first ?? 1, 1)
      parameters += tensor.elementCount / all * (rows ?? all)
      bytes += tensor.byteCount / all * (rows ?? all)
    }
  }

  /// The bytes of all weights that a token of the dense model reads.
  package var bytesPerToken: Int {
    let (shared, feedForward) = reads
    return shared.bytes + feedForward.bytes
  }

  /// What every token reads, whatever its experts; and what it reads of all feed-forward layers if
  /// all of their neurons are used.
  package var reads: (shared: Reads, feedForward: Reads) {
    var neuronNames: Set<TensorName> = []
    for layer in 0..<configuration.layers {
      neuronNames.formUnion(neuronTensors(layer: layer).map(\.name))
    }
    // Of the embedding a token reads one row, but all of it where it is the output projection too.
    let embedding = configuration.tiedOutput ? nil : tensorName(.tokenEmbedding)
    var shared = Reads()
    var feedForward = Reads()
    let tensors =
      checkpoint.container?.directory.sourceTensors.map(\.description) ?? checkpoint.source.tensors
    for tensor in tensors.map(stored) {
      if neuronNames.contains(tensor.name) {
        feedForward.add(tensor)
      } else {
        shared.add(tensor, rows: tensor.name.text == embedding ? 1 : nil)
      }
    }
    return (shared, feedForward)
  }
}
