package import Kernels

/// Comparison of two sources, tensor by tensor, bit by bit.
package struct TensorComparison: Sendable {
  /// Difference between a tensor and the expected one.
  package enum Difference: Sendable, Equatable {
    /// Expected but not found.
    case missing(TensorName)
    /// Found but not expected.
    case extra(TensorName)
    /// Another element type or shape.
    case description(expected: TensorDescription, found: TensorDescription)
    /// Other bytes, the first at this offset.
    case bytes(TensorName, offset: Int)

    package var name: TensorName {
      switch self {
      case .missing(let name), .extra(let name), .bytes(let name, _): name
      case .description(let expected, _): expected.name
      }
    }
  }

  package let expected: any TensorSource
  package let found: any TensorSource

  package init(expected: any TensorSource, found: any TensorSource) {
    self.expected = expected
    self.found = found
  }

  /// Differences in headers: extra and missing tensors, element types and shapes.
  ///
  /// - Returns: extra tensors in the order found, then the rest in the order expected.
  package static func describedDifferences(
    expected: some TensorList, found: some TensorList
  ) -> [Difference] {
    found.tensors.filter { expected.tensor($0.name) == nil }.map { .extra($0.name) }
      + expected.tensors.compactMap { tensor in
        guard let other = found.tensor(tensor.name) else { return .missing(tensor.name) }
        return other == tensor ? nil : .description(expected: tensor, found: other)
      }
  }

  package var describedDifferences: [Difference] {
    Self.describedDifferences(expected: expected, found: found)
  }

  /// First differing byte of each tensor with equal descriptions, in the order expected.
  ///
  /// - Parameters:
  ///   - exceptions: names of tensors that are not compared.
  ///   - parallel: the loop over tensors.
  ///   - compared: called with the byte count of each piece.
  /// - Returns: one difference per tensor that differs.
  /// - Throws: errors of reading.
  package func byteDifferences(
    except exceptions: Set<TensorName> = [], parallel: Parallel,
    compared: @Sendable (Int) -> Void = { _ in }
  ) throws(TensorError) -> [Difference] {
    let tensors = expected.tensors.filter {
      found.tensor($0.name) == $0 && !exceptions.contains($0.name)
    }
    return try parallel.map(tensors.count) { (index) throws(TensorError) -> Difference? in
      try byteDifference(of: tensors[index].name, compared: compared)
    }.compactMap(\.self)
  }

  /// First differing byte of a tensor.
  ///
  /// - Parameters:
  ///   - name: name of a tensor with the same description on both sides.
  ///   - compared: called with the byte count of each piece.
  /// - Returns: the offset of the first differing byte; nil if all are equal.
  /// - Throws: errors of reading.
  package func byteDifference(
    of name: TensorName, compared: (Int) -> Void = { _ in }
  ) throws(TensorError) -> Difference? {
    let (expected, found) = (try expected.open(name), try found.open(name))
    for piece in expected.pieces {
      let (one, other) = (try expected.read(piece), try found.read(piece))
      compared(piece.count)
      guard one != other else { continue }
      let place = zip(one, other).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
      return .bytes(name, offset: piece.lowerBound + place)
    }
    return nil
  }
}
