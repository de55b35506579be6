package import DMOE
import Kernels

/// Stored form of a router.
extension Router {
  package struct Tensor: Sendable, Equatable {
    package let name: String
    /// 1 for a bias.
    package let rows: Int
    package let columns: Int
    package let values: [Float]

    package init(name: String, rows: Int, columns: Int, values: [Float]) {
      self.name = name
      self.rows = rows
      self.columns = columns
      self.values = values
    }
  }

  /// Names of the stored tensors, in the order of ``tensors``.
  package static func tensorNames(_ kind: RouterKind) -> [String] {
    prefixes(kind).flatMap { [$0 + "weight", $0 + "bias"] }
  }

  private static func prefixes(_ kind: RouterKind) -> [String] {
    switch kind {
    case .linear: [""]
    case .mlp: ["first.", "second."]
    }
  }

  package var tensors: [Tensor] {
    zip(Self.prefixes(kind), layers).flatMap { prefix, layer in
      [
        Tensor(
          name: prefix + "weight", rows: layer.weight.rows, columns: layer.weight.columns,
          values: layer.weight.values),
        Tensor(name: prefix + "bias", rows: 1, columns: layer.bias.count, values: layer.bias),
      ]
    }
  }

  /// - Parameters:
  ///   - kind: form of the router, which determines its tensors.
  ///   - tensors: in any order.
  /// - Throws: ``RouterError`` if a tensor is missing, unexpected, duplicate or of the wrong shape.
  package init(_ kind: RouterKind, tensors: [Tensor]) throws(RouterError) {
    let names = Self.tensorNames(kind)
    var found: [String: Tensor] = [:]
    for tensor in tensors {
      guard names.contains(tensor.name), found.updateValue(tensor, forKey: tensor.name) == nil
      else { throw .unexpected(tensor.name) }
    }
    var layers: [AffineMap] = []
    for prefix in Self.prefixes(kind) {
      let weight = try Self.tensor(prefix + "weight", in: found, columns: layers.last?.bias.count)
      let bias = try Self.tensor(prefix + "bias", in: found, rows: 1, columns: weight.rows)
      layers.append(
        AffineMap(
          weight: Matrix(rows: weight.rows, columns: weight.columns, values: weight.values),
          bias: bias.values))
    }
    self.layers = layers
  }

  private static func tensor(
    _ name: String, in tensors: [String: Tensor], rows: Int? = nil, columns: Int?
  ) throws(RouterError) -> Tensor {
    guard let tensor = tensors[name] else { throw .missing(name) }
    let product = tensor.rows.multipliedReportingOverflow(by: tensor.columns)
    guard tensor.rows > 0, tensor.columns > 0, tensor.rows == rows ?? tensor.rows,
      tensor.columns == columns ?? tensor.columns,
      !product.overflow, product.partialValue == tensor.values.count
    else {
      throw .shape(
        name, rows: tensor.rows, columns: tensor.columns, expectedRows: rows,
        expectedColumns: columns)
    }
    return tensor
  }
}
