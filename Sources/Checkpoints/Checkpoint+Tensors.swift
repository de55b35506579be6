import DMOE
import GGUF
import Tensors

extension Checkpoint {
  /// Names of all tensors, those of unknown types included.
  var allNames: [TensorName] {
    guard case .dense(.gguf(let reader)) = storage else { return tensors.map(\.name) }
    return tensors.map(\.name) + reader.unknownTensors.map(\.name)
  }

  /// Whether two tensors have the same type, shape and bytes.
  func isEqual(_ one: TensorName, _ other: TensorName) throws(ModelError) -> Bool {
    guard let first = tensor(one), let second = tensor(other),
      (first.elementType, first.shape) == (second.elementType, second.shape)
    else { return false }
    if let container, let first = container.sourceTensor(one)?.digest,
      let second = container.sourceTensor(other)?.digest
    {
      return first == second
    }
    do {
      let (first, second) = (try source.open(one), try source.open(other))
      for piece in first.pieces {
        guard try first.read(piece) == second.read(piece) else { return false }
      }
      return true
    } catch {
      throw .tensor(error)
    }
  }
}
