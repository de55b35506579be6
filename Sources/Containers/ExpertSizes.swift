import Architectures
package import DMOE
package import Reports
import Tensors

/// Bytes, parameters and active fraction of each expert of a container.
package struct ExpertSizes: Sendable {
  package let experts: [CalibrationReport.Expert]

  /// Measures the experts that the file holds.
  package init(_ container: DMOEReader) {
    let directory = container.directory
    let shared = directory.sourceTensors.filter { $0.cut == nil }
      .reduce(0) { $0 + $1.description.elementCount }
    // Per neuron: a row of gate and of up, a column of down, and the biases.
    var perNeuron = [Int](repeating: 0, count: directory.model.layers)
    for source in directory.sourceTensors {
      guard let cut = source.cut else { continue }
      perNeuron[cut.layer] += source.description.elementCount / directory.model.neurons[cut.layer]
    }
    experts = (0..<container.expertsHeld).map { expert in
      let widths = directory.widths.map { $0[expert] }
      return CalibrationReport.Expert(
        bytes: container.prefixLength(expert: expert),
        parameters: shared + zip(widths, perNeuron).reduce(0) { $0 + $1.0 * $1.1 },
        activeFFNFraction: directory.model.neurons.share(of: widths))
    }
  }
}
