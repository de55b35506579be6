import Kernels
package import Tensors

/// Stored form of a compensation.
extension Compensation {
  package struct Tensor: Sendable, Equatable {
    package let name: String
    package let elementType: ElementType
    /// 1 for a bias.
    package let rows: Int
    package let columns: Int
    package let values: [Float]

    package init(
      name: String, elementType: ElementType, rows: Int, columns: Int, values: [Float]
    ) {
      self.name = name
      self.elementType = elementType
      self.rows = rows
      self.columns = columns
      self.values = values
    }
  }

  private static let firstName = "first.weight"
  private static let secondName = "second.weight"
  private static let biasName = "bias"

  /// - Parameters:
  ///   - tensors: in any order; only the bias for rank 0.
  ///   - hiddenSize: size of inputs and outputs.
  /// - Throws: ``CompensationError`` if a tensor is missing, unexpected, duplicate or of the wrong
  ///   shape.
  package init(tensors: [Tensor], hiddenSize: Int) throws(CompensationError) {
    var found: [String: Tensor] = [:]
    for tensor in tensors {
      guard [Self.firstName, Self.secondName, Self.biasName].contains(tensor.name),
        found.updateValue(tensor, forKey: tensor.name) == nil
      else { throw .unexpected(tensor.name) }
    }
    let bias = try Self.tensor(Self.biasName, in: found, rows: 1, columns: hiddenSize)
    var first = Matrix(rows: 0, columns: hiddenSize)
    var second = Matrix(rows: hiddenSize, columns: 0)
    if found.count > 1 {
      let tensor = try Self.tensor(Self.firstName, in: found, rows: nil, columns: hiddenSize)
      first = Matrix(rows: tensor.rows, columns: hiddenSize, values: tensor.values)
      let values = try Self.tensor(
        Self.secondName, in: found, rows: hiddenSize, columns: tensor.rows
      ).values
      second = Matrix(rows: hiddenSize, columns: tensor.rows, values: values)
    }
    self.init(first: first, second: second, bias: bias.values)
  }

  private static func tensor(
    _ name: String, in tensors: [String: Tensor], rows: Int?, columns: Int
  ) throws(CompensationError) -> Tensor {
    guard let tensor = tensors[name] else { throw .missing(name) }
    let product = tensor.rows.multipliedReportingOverflow(by: tensor.columns)
    guard tensor.rows > 0, tensor.rows == rows ?? tensor.rows, tensor.columns == columns,
      !product.overflow, product.partialValue == tensor.values.count
    else {
      throw .shape(
        name, rows: tensor.rows, columns: tensor.columns, expectedRows: rows,
        expectedColumns: columns)
    }
    return tensor
  }
}
