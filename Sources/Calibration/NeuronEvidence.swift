/// What is known of how the neurons of a model fire.
package enum NeuronEvidence: Sendable {
  /// Counted on text.
  case statistics(NeuronStatistics)
  /// Collected by llama.cpp, for the neurons of each layer.
  case importanceMatrix(ImportanceMatrix)

  /// `Σ|h|` of the neurons of each layer; nil where only squares are known.
  package var absoluteSums: [[Double]]? {
    switch self {
    case .statistics(let statistics): statistics.layers.map(\.absoluteSum)
    case .importanceMatrix: nil
    }
  }

  /// `Σh²` of the neurons of each layer, or as much for all layers alike.
  package var squareSums: [[Double]] {
    switch self {
    case .statistics(let statistics): statistics.layers.map(\.squareSum)
    case .importanceMatrix(let matrix): matrix.layers
    }
  }
}
