/// Activation statistics of a model's neurons, from either source.
package enum NeuronEvidence: Sendable {
  /// Counted on calibration text.
  case statistics(NeuronStatistics)
  /// Collected by llama.cpp, for each layer's neurons.
  case importanceMatrix(ImportanceMatrix)

  /// `Σ|h|` by layer and neuron; nil if only squares are known.
  package var absoluteSums: [[Double]]? {
    switch self {
    case .statistics(let statistics): statistics.layers.map(\.absoluteSum)
    case .importanceMatrix: nil
    }
  }

  /// `Σh²` by layer and neuron, up to a factor common to all layers.
  package var squareSums: [[Double]] {
    switch self {
    case .statistics(let statistics): statistics.layers.map(\.squareSum)
    case .importanceMatrix(let matrix): matrix.layers
    }
  }

  /// Layers about which an importance matrix tells nothing.
  package var layersWithoutEvidence: [Int] {
    switch self {
    case .statistics: []
    case .importanceMatrix(let matrix): matrix.layersWithoutEvidence
    }
  }
}
