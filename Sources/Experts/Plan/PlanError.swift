import ByteIO
package import Checkpoints

/// Failures in making or reading an expert plan.
package enum PlanError: Error, Equatable, Sendable {
  case model(ModelError)
  /// Statistics are missing for an importance that needs them.
  case noStatistics(Importance)
  case notFinite(Importance, layer: Int, neuron: Int)
  /// Statistics with other layers or widths than the model: neurons of each layer.
  case otherShape(found: [Int], expected: [Int])
  /// Invalid router in a file.
  case router(path: String, layer: Int, RouterError)
  /// Invalid budget table in a file.
  case budgets(path: String)
  /// Costs or scales of skipping in a file that are not finite or negative: the tensor's title.
  case skipping(path: String, layer: Int, String)
  /// Sensitivities in a file that are not finite or not above 0.
  case sensitivity(path: String)
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
    case .otherShape(let found, let expected):
      Self.otherShape(found: found, expected: expected)
    case .router(let path, let layer, let error): "\(path): layer \(layer): \(error)"
    case .budgets(let path):
      "\(path): expected budgets with increasing costs and monotone knobs, found others"
    case .skipping(let path, let layer, let tensor):
      "\(path): layer \(layer): \(tensor): expected finite numbers of at least 0"
    case .sensitivity(let path):
      "\(path): expected sensitivities that are finite and above 0, found others"
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

  private static func otherShape(found: [Int], expected: [Int]) -> String {
    func text(_ neurons: [Int]) -> String {
      let (least, most) = (neurons.min() ?? 0, neurons.max() ?? 0)
      return least == most ? "\(most)" : "\(least) to \(most)"
    }
    let isMixed = [found, expected].contains { Set($0).count > 1 }
    if isMixed, found.count == expected.count,
      let layer = found.indices.first(where: { found[$0] != expected[$0] })
    {
      return "layer \(layer) has \(found[layer]) neurons in the statistics, \(expected[layer]) in "
        + "the model"
    }
    return "the statistics have \(found.count) layers of \(text(found)) neurons, the model "
      + "\(expected.count) of \(text(expected))"
  }
}
