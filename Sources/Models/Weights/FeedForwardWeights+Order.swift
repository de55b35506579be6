import Kernels

extension FeedForwardWeights {
  /// The weights of the neurons that are named, in that order, a neuron a row.
  func ordered(by order: ArraySlice<Int>) -> FeedForwardWeights {
    let rows =
      switch down {
      case .outputMajor(let matrix): matrix.transposed()
      case .neuronMajor(let matrix): matrix
      }
    return FeedForwardWeights(
      activation: activation, gate: gate?.gatherRows(order), up: up.gatherRows(order),
      down: .neuronMajor(rows.gatherRows(order)),
      gateBias: gateBias.map { bias in order.map { bias[$0] } },
      upBias: upBias.map { bias in order.map { bias[$0] } }, downBias: downBias)
  }
}
