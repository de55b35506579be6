import Architectures
import DMOE
import Kernels
import Tensors

/// Tensors of the source with a row for each neuron, and back.
enum NeuronRows {
  /// The bytes of a tensor, a neuron a row: transposed where the source has a neuron a column.
  static func neuronMajor(
    _ bytes: [UInt8], _ tensor: TensorDescription, _ cut: FeedForwardCut
  ) -> [UInt8] {
    guard cut.neuronAxis == 1 else { return bytes }
    return Rearrangement.transpose(
      bytes, rows: tensor.shape[0], columns: tensor.shape[1],
      elementSize: tensor.elementType.block.bytes)
  }

  /// The inverse of ``neuronMajor(_:_:_:)``.
  static func sourceOrder(
    _ rows: [UInt8], _ tensor: TensorDescription, _ cut: FeedForwardCut
  ) -> [UInt8] {
    guard cut.neuronAxis == 1 else { return rows }
    return Rearrangement.transpose(
      rows, rows: tensor.shape[1], columns: tensor.shape[0],
      elementSize: tensor.elementType.block.bytes)
  }
}
