package import Architectures
package import Checkpoints
package import Kernels
import Tensors

extension Model {
  /// Two-dimensional weight as floats, one output per row in the order of the forward pass; nil if the model has none of this role.
  package func matrix(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> Matrix? {
    guard let matrix = try storedMatrix(role, layer: layer, parallel: parallel) else { return nil }
    let outputs = layout.isTransposed && role.isProjection ? matrix.transposed() : matrix
    let order = layout.storedRows(of: role, configuration, rows: outputs.rows)
    return order.map { outputs.gatherRows($0[...]) } ?? outputs
  }

  /// Two-dimensional weight as stored, with one output per row or per column.
  func storedMatrix(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> Matrix? {
    guard let (tensor, values) = try floats(role, layer: layer, parallel: parallel) else {
      return nil
    }
    return Matrix(rows: tensor.shape[0], columns: tensor.shape[1], values: values)
  }

  /// One-dimensional weight as floats; nil if the model has none of this role.
  package func vector(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> [Float]? {
    guard let values = try floats(role, layer: layer, parallel: parallel)?.values else {
      return nil
    }
    let order = layout.storedRows(of: role, configuration, rows: values.count)
    return order.map { $0.map { values[$0] } } ?? values
  }

  /// Two-dimensional weight that every model of the family has.
  package func requiredMatrix(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> Matrix {
    guard let matrix = try matrix(role, layer: layer, parallel: parallel) else {
      throw missing(role, layer)
    }
    return matrix
  }

  /// Norm with its layout's offset applied; nil if the family has none of this role.
  func norm(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> Norm? {
    if configuration.bareNorms.contains(role), tensorName(role, layer: layer) != nil {
      let ones = [Float](repeating: 1, count: configuration.hiddenSize)
      return Norm(
        kind: family.norm, weight: ones, bias: nil, epsilon: Float(configuration.normEpsilon))
    }
    guard let weight = try vector(role, layer: layer, parallel: parallel) else { return nil }
    let offset = layout.normOffset
    return Norm(
      kind: family.norm, weight: offset == 0 ? weight : weight.map { $0 + offset },
      bias: try role.bias.flatMap { (bias) throws(ModelError) in
        try vector(bias, layer: layer, parallel: parallel)
      }, epsilon: Float(configuration.normEpsilon))
  }

  /// Projection with its bias.
  func projection(
    _ role: TensorRole, layer: Int, parallel: Parallel
  ) throws(ModelError) -> Projection {
    Projection(
      weight: try requiredMatrix(role, layer: layer, parallel: parallel)
        .multiplying(in: precision),
      bias: try role.bias.flatMap { (bias) throws(ModelError) in
        try vector(bias, layer: layer, parallel: parallel)
      })
  }

  /// Query, key and value projections, split if they are stored fused.
  func attentionProjections(
    layer: Int, parallel: Parallel
  ) throws(ModelError) -> (query: Projection, key: Projection, value: Projection) {
    guard tensorName(.queryKeyValue, layer: layer) != nil else {
      return (
        try projection(.query, layer: layer, parallel: parallel),
        try projection(.key, layer: layer, parallel: parallel),
        try projection(.value, layer: layer, parallel: parallel)
      )
    }
    let fused = try projection(.queryKeyValue, layer: layer, parallel: parallel)
    let keys = configuration.keyValueHeads * configuration.headDimension
    let queries = fused.weight.rows - 2 * keys
    func part(_ rows: Range<Int>) -> Projection {
      Projection(
        weight: fused.weight.gatherRows(Array(rows)[...]).multiplying(in: precision),
        bias: fused.bias.map { Array($0[rows]) })
    }
    return (
      part(0..<queries), part(queries..<queries + keys), part(queries + keys..<queries + 2 * keys)
    )
  }

  private func floats(
    _ role: TensorRole, layer: Int?, parallel: Parallel
  ) throws(ModelError) -> (tensor: TensorDescription, values: [Float])? {
    guard let name = tensorName(role, layer: layer).map({ TensorName($0) }),
      configuration.has(role), let tensor = checkpoint.tensor(name)
    else { return nil }
    return (tensor, try floats(of: tensor, rows: nil, parallel: parallel))
  }

  /// Elements of a tensor that is not cut into rings, or of a range of its rows.
  ///
  /// - Throws: ``ModelError`` if the tensor cannot be read or, unless `mayBeInfinite`, has elements
  ///   that are not finite.
  func floats(
    of tensor: TensorDescription, rows: Range<Int>?, mayBeInfinite: Bool = false,
    parallel: Parallel
  ) throws(ModelError) -> [Float] {
    let rowElements = rows == nil ? 0 : tensor.elementCount / tensor.shape[0]
    let elements = rows.map { $0.lowerBound * rowElements..<$0.upperBound * rowElements }
    var values: [Float]
    do {
      values = try checkpoint.source.open(tensor.name).floats(elements, parallel: parallel)
      if let type = roundedType(of: tensor) { type.round(&values, parallel: parallel) }
    } catch {
      throw .tensor(error)
    }
    if !mayBeInfinite {
      try checkFinite(values, of: tensor, from: elements?.lowerBound ?? 0, parallel: parallel)
    }
    return values
  }

  /// Throws if elements of a tensor, the first of which has this index, are not finite.
  func checkFinite(
    _ values: [Float], of tensor: TensorDescription, from start: Int = 0, parallel: Parallel
  ) throws(ModelError) {
    guard let index = values.firstNotFinite(parallel: parallel) else { return }
    var rest = start + index
    var position: [Int] = []
    for extent in tensor.shape.reversed() {
      position.insert(rest % extent, at: 0)
      rest /= extent
    }
    throw .notFinite(
      path: path, tensor: tensor.name.text, layer: LayerTensorName(tensor.name)?.layer,
      position: position,
      found: values[index].isNaN ? "NaN" : values[index] > 0 ? "infinity" : "-infinity")
  }

  func missing(_ role: TensorRole, _ layer: Int?) -> ModelError {
    .missingTensor(
      path: path, name: tensorName(role, layer: layer) ?? "\(role.rawValue)")
  }
}
