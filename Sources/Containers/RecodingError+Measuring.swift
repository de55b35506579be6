import Architectures
package import Checkpoints
package import DMOE
import Kernels
package import Reports
import Tensors

extension RecodingError {
  /// Compares what rings of another type hold with the values of the source.
  package static func measure(
    _ tensor: DMOEDirectory.SourceTensor, in container: DMOEReader, source: Checkpoint
  ) throws -> RecodingError {
    guard let cut = tensor.cut, let type = tensor.ringType else {
      preconditionFailure("\(tensor.description.name) has no rings")
    }
    let description = tensor.description
    let rows = try DenseReconstruction(container: container).rows(cut)
    let found = floats(rows, type, count: description.elementCount)
    var wanted = floats(
      try source.source.read(description.name), description.elementType,
      count: description.elementCount)
    if cut.neuronAxis == 1 {
      wanted =
        Matrix(rows: description.shape[0], columns: description.shape[1], values: wanted)
        .transposed().values
    }
    var (difference, size, maximum) = (0.0, 0.0, 0.0)
    for (found, wanted) in zip(found, wanted) {
      let error = Double(found) - Double(wanted)
      difference += error * error
      size += Double(wanted) * Double(wanted)
      maximum = max(maximum, abs(error))
    }
    return RecodingError(
      layer: cut.layer, elementType: type,
      relative: difference == 0 ? 0 : (difference / max(size, .leastNormalMagnitude)).squareRoot(),
      maximum: maximum)
  }

  private static func floats(_ bytes: [UInt8], _ type: ElementType, count: Int) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    var span = values.mutableSpan
    type.decode(bytes, into: &span)
    return values
  }
}
