package import Tensors

/// A matrix or vector of a feed-forward layer that is cut into rings, a row for each neuron.
package enum FeedForwardPart: String, Sendable, CaseIterable {
  case gate
  case up
  case down
  case gateBias = "gate_bias"
  case upBias = "up_bias"

  package var isBias: Bool { self == .gateBias || self == .upBias }
}

/// How a tensor of the source relates to the neurons of a layer.
package struct FeedForwardCut: Sendable, Equatable {
  /// What becomes of the tensor.
  package enum Storage: Sendable, Equatable {
    /// It is cut into rings, every bit kept.
    case rings
    /// It stays whole, in the source's order of neurons: where blocks run across neurons.
    case whole
    /// It is cut into rings of another type, and is not given back bit by bit.
    case recoded(ElementType)
  }

  package let layer: Int
  /// What lies one behind the other along the neuron axis.
  package let parts: [FeedForwardPart]
  /// 0 where a neuron is a row, 1 where it is a column.
  package let neuronAxis: Int
  package let storage: Storage

  package init(
    layer: Int, parts: [FeedForwardPart], neuronAxis: Int, storage: Storage = .rings
  ) {
    self.layer = layer
    self.parts = parts
    self.neuronAxis = neuronAxis
    self.storage = storage
  }
}
