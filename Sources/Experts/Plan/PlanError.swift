import ByteIO
package import Checkpoints

/// Failures in making or reading an expert plan.
package enum PlanError: Error, Equatable, Sendable {
  case model(ModelError)
  /// Statistics are missing for an importance that needs them.
  case noStatistics(Importance)
  case notFinite(Importance, layer: Int, neuron: Int)
  /// Statistics with other layers or widths than the model.
  case otherShape(layers: Int, neurons: Int, expectedLayers: Int, expectedNeurons: Int)
  /// Invalid router in a file.
  case router(path: String, layer: Int, RouterError)
  /// Invalid budget table in a file.
  case budgets(path: String)
  /// Widths of a layer that do not increase strictly.
  case widths(layer: Int, widths: [Int], alignment: Int)
  /// Fractions that do not increase or do not end in 1.
  case fractions(String)
  /// More experts than neurons, or none.
  case experts(Int, neurons: Int)
  /// Alignment below 1 or above the width of the layer.
  case alignment(Int, neurons: Int)
}

extension PlanError: CausedError {
  package var cause: (any Error)? {
    switch self {
    case .model(let error): error
    default: nil
    }
  }
}

extension PlanError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .model(let error): error.description
    case .noStatistics(let importance):
      "the importance \(importance.rawValue) needs statistics of calibration text"
    case .notFinite(let importance, let layer, let neuron):
      """
      layer \(layer), neuron \(neuron): the \(importance.rawValue) is not a finite number
      """
    case .otherShape(let layers, let neurons, let expectedLayers, let expectedNeurons):
      """
      the statistics have \(layers) layers of \(neurons) neurons, the model \(expectedLayers) of \
      \(expectedNeurons)
      """
    case .router(let path, let layer, let error): "\(path): layer \(layer): \(error)"
    case .budgets(let path):
      "\(path): expected budgets with increasing costs and monotone knobs, found others"
    case .widths(let layer, let widths, let alignment):
      """
      layer \(layer): the widths \(widths), multiples of \(alignment), do not increase strictly
      """
    case .fractions(let text):
      "fractions \(text): expected numbers above 0 that increase and end in 1"
    case .experts(let experts, let neurons):
      "experts \(experts): expected a number from 1 to \(neurons), the neurons of a layer"
    case .alignment(let alignment, let neurons):
      "alignment \(alignment): expected a number from 1 to \(neurons), the neurons of a layer"
    }
  }
}
