import Tensors

/// Maximum size of a part of a split file.
package enum GGUFPartLimit: Sendable, Equatable {
  /// At most this many tensors, and at least one.
  case tensors(Int)
  /// At most this many bytes of tensors, padded to 32 bytes each; at least one tensor.
  case bytes(Int)

  /// Splits the tensors into parts, in the given order.
  func parts(of tensors: [TensorDescription]) -> [[TensorDescription]] {
    var parts: [[TensorDescription]] = [[]]
    var bytes = 0
    for tensor in tensors {
      let padding = (32 - tensor.byteCount % 32) % 32
      let size = tensor.byteCount.addingReportingOverflow(padding)
      let sum = bytes.addingReportingOverflow(size.partialValue)
      let last = parts.count - 1
      let fits =
        switch self {
        case .tensors(let limit): parts[last].count < limit
        case .bytes(let limit): !size.overflow && !sum.overflow && sum.partialValue <= limit
        }
      if fits || parts[last].isEmpty {
        parts[last].append(tensor)
        bytes = sum.overflow ? .max : sum.partialValue
      } else {
        parts.append([tensor])
        bytes = size.overflow ? .max : size.partialValue
      }
    }
    return parts
  }
}
