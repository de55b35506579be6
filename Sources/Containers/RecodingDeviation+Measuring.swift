import Architectures
package import Checkpoints
package import DMOE
import Kernels
package import Reports
import Tensors

extension RecodingDeviation {
  /// Compares rings stored in another type with the values of the source.
  package static func measure(
    _ tensor: DMOEDirectory.SourceTensor, in container: DMOEReader, source: Checkpoint
  ) throws -> RecodingDeviation {
    guard let cut = tensor.cut, let type = tensor.ringType else {
      preconditionFailure("\(tensor.description.name) has no rings")
    }
    let description = tensor.description
    let opened = ExpertTensors(container, base: nil, expert: container.directory.experts - 1)
    let found = try opened.open(description.name).floats()
    let wanted = try source.source.open(description.name).floats()
    // Neuron by neuron, so that the sums do not depend on the layout of the source.
    func neuronMajor(_ values: [Float]) -> [Float] {
      guard cut.neuronAxis == 1 else { return values }
      return Matrix(rows: description.shape[0], columns: description.shape[1], values: values)
        .transposed().values
    }
    var difference = ValueDifference()
    difference.add(found: neuronMajor(found), expected: neuronMajor(wanted))
    return RecodingDeviation(
      layer: cut.layer, elementType: type, relative: difference.relative,
      maximum: difference.maximum)
  }
}
