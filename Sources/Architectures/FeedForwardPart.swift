package import Tensors

/// A matrix or bias of a feed-forward layer that is cut into rings, with a row for each neuron.
package enum FeedForwardPart: String, Sendable, CaseIterable {
  case gate
  case up
  case down
  case gateBias = "gate_bias"
  case upBias = "up_bias"

  package var isBias: Bool { self == .gateBias || self == .upBias }

  /// Number of matrices of a layer, and so of weight rows of a neuron: gate, up and down, or up and
  /// down.
  package static func matrixCount(gated: Bool) -> Int { gated ? 3 : 2 }
}

/// Relation of a source tensor to the neurons of a layer.
package struct FeedForwardCut: Sendable, Equatable {
  /// Form in which the tensor is stored.
  package enum Storage: Sendable, Equatable {
    /// Cut into rings, without loss.
    case rings
    /// Kept whole in the source's order of neurons, because blocks span several neurons.
    case whole
    /// Cut into rings of another type, and not restored bit by bit.
    case recoded(ElementType)
  }

  package let layer: Int
  /// Parts in the tensor, consecutive along the neuron axis.
  package let parts: [FeedForwardPart]
  /// 0 if a neuron is a row, 1 if it is a column.
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
