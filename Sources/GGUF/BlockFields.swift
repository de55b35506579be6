import Tensors

/// Consecutive multi-byte numbers within a block.
struct BlockField: Sendable {
  let offset: Int
  /// Bytes per number.
  let size: Int
  let count: Int

  init(_ offset: Int, size: Int, count: Int = 1) {
    self.offset = offset
    self.size = size
    self.count = count
  }
}

extension ElementType {
  /// Multi-byte fields of a block, swapped in big-endian files; nil for the types that pack grid
  /// indices, whose big-endian layout is unknown.
  var blockFields: [BlockField]? {
    switch self {
    case .q10, .q20, .q40, .q80, .iq4NL: [BlockField(0, size: 2)]
    case .q41, .q81, .q4K, .q5K: [BlockField(0, size: 2, count: 2)]
    // The fifth bits of the 32 elements form one integer.
    case .q50: [BlockField(0, size: 2), BlockField(2, size: 4)]
    case .q51: [BlockField(0, size: 2, count: 2), BlockField(4, size: 4)]
    case .q2K: [BlockField(80, size: 2, count: 2)]
    case .q3K: [BlockField(108, size: 2)]
    case .q6K: [BlockField(208, size: 2)]
    case .q8K: [BlockField(0, size: 4), BlockField(260, size: 2, count: 16)]
    // The scale of the block, and the high bits of its sub-block scales.
    case .iq4XS: [BlockField(0, size: 2, count: 2)]
    case .tq10: [BlockField(52, size: 2)]
    case .tq20: [BlockField(64, size: 2)]
    case .mxfp4, .nvfp4: []
    case .iq1S, .iq1M, .iq2XXS, .iq2XS, .iq2S, .iq3XXS, .iq3S: nil
    default: [BlockField(0, size: block.bytes)]
    }
  }
}

extension [UInt8] {
  /// Reverses the bytes of each number in every block.
  mutating func swapFields(_ fields: [BlockField], block: Int) {
    for start in stride(from: 0, to: count, by: block) {
      for field in fields where field.size > 1 {
        for number in 0..<field.count {
          let first = start + field.offset + number * field.size
          for index in 0..<field.size / 2 {
            swapAt(first + index, first + field.size - 1 - index)
          }
        }
      }
    }
  }
}
