package import Architectures
import Kernels
package import Tensors

/// Tensors of a feed-forward layer with one row per neuron, and back.
package enum NeuronRows {
  /// Bytes with one row per neuron: transposed if a neuron of the source is a column.
  package static func neuronMajor(
    _ bytes: [UInt8], _ tensor: TensorDescription, _ cut: FeedForwardCut
  ) -> [UInt8] {
    guard cut.neuronAxis == 1 else { return bytes }
    return Rearrangement.transpose(
      bytes, rows: tensor.shape[0], columns: tensor.shape[1],
      elementSize: tensor.elementType.block.bytes)
  }

  /// Inverse of ``neuronMajor(_:_:_:)``; `tensor` describes the result.
  package static func sourceOrder(
    _ rows: [UInt8], _ tensor: TensorDescription, _ cut: FeedForwardCut
  ) -> [UInt8] {
    guard cut.neuronAxis == 1 else { return rows }
    return Rearrangement.transpose(
      rows, rows: tensor.shape[1], columns: tensor.shape[0],
      elementSize: tensor.elementType.block.bytes)
  }

  /// Row of each neuron, in this order, for each of several consecutive parts.
  package static func indices(_ order: some Sequence<Int>, parts: Int, neurons: Int) -> [Int] {
    (0..<parts).flatMap { part in order.map { $0 + part * neurons } }
  }
}
