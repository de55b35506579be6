import Architectures
import Checkpoints
import Containers
import DMOE
import Kernels
import Tensors

extension ExpertWeights {
  /// The rows of a tensor, which come to lie as the arrangement says.
  func rows(of index: Int, _ arrangement: TensorLayout.Arrangement) throws -> ExpertRows {
    let source = container.directory.sourceTensors[index]
    guard let cut = source.cut, !(isDense && isWhole(source)) else {
      guard arrangement.isTransposed || arrangement.rows != nil else {
        return storedRows(source.description)
      }
      let bytes = try checkpoint.source.read(source.description.name)
      return arranged(bytes, source.description, source.description.shape, arrangement)
    }
    if isWhole(source), cut.neuronAxis == 1, source.description.elementType.isQuantized {
      // Blocks run across neurons, which are taken out of each row.
      let order = try container.permutation(layer: cut.layer).prefix(widths[cut.layer])
      return storedRows(source.description, columns: Array(order))
    }
    if case .recoded(let type) = cut.storage, !isWhole(source) {
      return try recodedRows(source, cut, type)
    }
    return arranged(
      try bytes(of: source, cut), source.description, shape(of: source), arrangement)
  }

  /// Rows as the source has them, read when they are asked for.
  private func storedRows(_ tensor: TensorDescription, columns: [Int]? = nil) -> ExpertRows {
    let source = checkpoint.source
    return ExpertRows(tensor.elementType, shape: tensor.shape, columns: columns) {
      try source.read(tensor.name, $0)
    }
  }

  private func arranged(
    _ bytes: [UInt8], _ tensor: TensorDescription, _ shape: [Int],
    _ arrangement: TensorLayout.Arrangement
  ) -> ExpertRows {
    var (bytes, shape) = (bytes, shape)
    if arrangement.isTransposed, shape.count == 2 {
      bytes = Rearrangement.transpose(
        bytes, rows: shape[0], columns: shape[1], elementSize: tensor.elementType.block.bytes)
      shape.reverse()
    }
    if let rows = arrangement.rows {
      bytes = Rearrangement.gatherRows(rows[...], of: bytes, rowBytes: bytes.count / rows.count)
    }
    return ExpertRows(bytes, tensor.elementType, shape: shape)
  }

  /// A down projection whose neurons are rows of another type than the source's.
  private func recodedRows(
    _ source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut, _ type: ElementType
  ) throws -> ExpertRows {
    let neurons = try neurons(of: source, cut)
    let (rows, columns) = (widths[cut.layer], source.description.shape[0])
    guard type.isQuantized else {
      let bytes = Rearrangement.transpose(
        neurons, rows: rows, columns: columns, elementSize: type.block.bytes)
      return ExpertRows(bytes, type, shape: [columns, rows])
    }
    var values = [Float](repeating: 0, count: rows * columns)
    var span = values.mutableSpan
    type.decode(neurons, into: &span)
    let matrix = Matrix(rows: rows, columns: columns, values: values).transposed()
    return ExpertRows(ElementType.f32.encode(matrix.values), .f32, shape: [columns, rows])
  }
}
