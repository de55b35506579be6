import Kernels
package import Tensors

/// A compensation as a file stores it.
extension Compensation {
  package struct Tensor: Sendable, Equatable {
    package let name: String
    package let elementType: ElementType
    /// A bias is one row.
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

  /// The names that the parts of a compensation of a rank go by, in the order of ``tensors``: of rank
  /// 0 there is only the bias.
  package static func tensorNames(rank: Int) -> [String] {
    (rank > 0 ? [firstName, secondName] : []) + [biasName]
  }

  /// How the tensor of a name is stored.
  package static func elementType(of name: String) -> ElementType {
    name == biasName ? .f32 : .bf16
  }

  package var tensors: [Tensor] {
    func tensor(_ name: String, _ rows: Int, _ columns: Int, _ values: [Float]) -> Tensor {
      Tensor(
        name: name, elementType: Self.elementType(of: name), rows: rows, columns: columns,
        values: values)
    }
    let bias = tensor(Self.biasName, 1, bias.count, bias)
    guard rank > 0 else { return [bias] }
    return [
      tensor(Self.firstName, first.rows, first.columns, first.values),
      tensor(Self.secondName, second.rows, second.columns, second.values), bias,
    ]
  }

  /// - Parameters:
  ///   - tensors: in any order; of rank 0 where there is only the bias.
  ///   - hiddenSize: of inputs and outputs.
  /// - Throws: tensors that are missing, not of a compensation, there twice, or of shapes that do not
  ///   fit.
  package init(tensors: [Tensor], hiddenSize: Int) throws(CompensationError) {
    var found: [String: Tensor] = [:]
    for tensor in tensors {
      guard Self.tensorNames(rank: 1).contains(tensor.name),
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
